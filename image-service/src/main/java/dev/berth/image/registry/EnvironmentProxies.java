package dev.berth.image.registry;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The proxies that the service's environment names: HTTPS_PROXY, HTTP_PROXY and NO_PROXY, in either case. NO_PROXY lists hosts,
 * domains (with or without a leading dot) and IPv4 networks; loopback is never proxied.
 */
final class EnvironmentProxies extends ProxySelector {
    private static final List<Proxy> DIRECT = List.of(Proxy.NO_PROXY);

    private final List<Proxy> http;
    private final List<Proxy> https;
    private final List<String> without;

    private EnvironmentProxies(List<Proxy> http, List<Proxy> https, List<String> without) {
        this.http = http;
        this.https = https;
        this.without = without;
    }

    static EnvironmentProxies of(Map<String, String> environment) {
        List<String> without = new ArrayList<>();
        for (String entry : either(environment, "NO_PROXY").split(",", -1)) {
            if (!entry.isBlank()) {
                without.add(entry.strip().toLowerCase(Locale.ROOT));
            }
        }
        return new EnvironmentProxies(
                proxy(either(environment, "HTTP_PROXY")), proxy(either(environment, "HTTPS_PROXY")), without);
    }

    private static String either(Map<String, String> environment, String name) {
        String upper = environment.getOrDefault(name, "");
        return upper.isEmpty() ? environment.getOrDefault(name.toLowerCase(Locale.ROOT), "") : upper;
    }

    private static List<Proxy> proxy(String address) {
        if (address.isEmpty()) {
            return DIRECT;
        }
        URI uri = URI.create(address.contains("://") ? address : "http://" + address);
        if (uri.getHost() == null) {
            return DIRECT;
        }
        int port = uri.getPort() < 0 ? 80 : uri.getPort();
        return List.of(new Proxy(Proxy.Type.HTTP, InetSocketAddress.createUnresolved(uri.getHost(), port)));
    }

    @Override
    public List<Proxy> select(URI uri) {
        String host = String.valueOf(uri.getHost()).toLowerCase(Locale.ROOT);
        if (isLoopback(host) || without.stream().anyMatch(entry -> covers(entry, host))) {
            return DIRECT;
        }
        return "https".equals(uri.getScheme()) ? https : http;
    }

    private static boolean isLoopback(String host) {
        return host.equals("localhost") || host.startsWith("127.") || host.equals("[::1]");
    }

    private static boolean covers(String entry, String host) {
        if (entry.equals("*") || entry.equals(host)) {
            return true;
        }
        if (entry.indexOf('/') > 0) {
            return inNetwork(entry, host);
        }
        String domain = entry.startsWith("*.") ? entry.substring(1) : entry.startsWith(".") ? entry : "." + entry;
        return host.endsWith(domain);
    }

    private static boolean inNetwork(String network, String host) {
        int slash = network.indexOf('/');
        long base = ipv4(network.substring(0, slash));
        long address = ipv4(host);
        String length = network.substring(slash + 1);
        if (base < 0 || address < 0 || !length.matches("[0-9]|[12][0-9]|3[0-2]")) {
            return false;
        }
        int rest = 32 - Integer.parseInt(length);
        return base >>> rest == address >>> rest;
    }

    /** The number of a dotted address, -1 for anything else. */
    private static long ipv4(String text) {
        if (!text.matches("[0-9]{1,3}(\\.[0-9]{1,3}){3}")) {
            return -1;
        }
        long number = 0;
        for (String part : text.split("\\.", -1)) {
            number = (number << 8) | (Integer.parseInt(part) & 0xFF);
        }
        return number;
    }

    @Override
    public void connectFailed(URI uri, SocketAddress address, IOException failure) {
        // The request itself fails and is reported.
    }
}
