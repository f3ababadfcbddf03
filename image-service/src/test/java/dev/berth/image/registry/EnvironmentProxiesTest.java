package dev.berth.image.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.Proxy;
import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EnvironmentProxiesTest {
    private static final EnvironmentProxies PROXIES = EnvironmentProxies.of(Map.of(
            "HTTPS_PROXY", "http://proxy.example:3128",
            "http_proxy", "other.example:8080",
            "NO_PROXY", "direct.example, .corp.example,10.0.0.0/8,192.168.1.1"));

    @ParameterizedTest
    @CsvSource({
        "https://quay.io, proxy.example:3128",
        "http://quay.io, other.example:8080",
        "https://direct.example:5000, direct",
        "https://sub.direct.example, direct",
        "https://notdirect.example, proxy.example:3128",
        "https://a.corp.example, direct",
        "https://10.1.2.3, direct",
        "https://11.1.2.3, proxy.example:3128",
        "https://192.168.1.1, direct",
        "http://127.0.0.1:5000, direct",
        "https://localhost, direct"
    })
    void eachAddressGoesItsWay(String address, String way) {
        Proxy proxy = PROXIES.select(URI.create(address)).getFirst();
        assertEquals(
                way,
                proxy.equals(Proxy.NO_PROXY)
                        ? "direct"
                        : proxy.address().toString().replace("/<unresolved>", ""));
    }

    @Test
    void withoutAnEnvironmentEverythingIsDirect() {
        assertEquals(
                Proxy.NO_PROXY,
                EnvironmentProxies.of(Map.of())
                        .select(URI.create("https://quay.io"))
                        .getFirst());
    }
}
