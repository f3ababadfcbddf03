package dev.berth.image.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.image.failure.ImageFailure;
import dev.berth.image.registry.RegistryHost.Capability;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostsTest {
    @TempDir
    Path dir;

    @Test
    void withoutAFileTheRegistryItselfIsAskedOverHttps() {
        assertEquals(List.of("https://quay.io/v2"), bases("quay.io"));
        assertEquals(List.of("https://registry-1.docker.io/v2"), bases("docker.io"));
        assertEquals(List.of("https://localhost:5000/v2"), bases("localhost:5000"));
    }

    @Test
    void mirrorsComeFirstInTheirOrder() throws Exception {
        write("docker.io", """
                server = "https://registry-1.docker.io"
                [host."http://127.0.0.1:5000"]
                  capabilities = ["pull", "resolve"]
                [host."https://mirror.example/prefix"]
                  capabilities = ["pull"]
                [host."other.example/v2/mapped"]
                  override_path = true
                """);
        List<RegistryHost> hosts = of("docker.io");
        assertEquals(
                List.of(
                        "http://127.0.0.1:5000/v2",
                        "https://mirror.example/prefix/v2",
                        "https://other.example/v2/mapped",
                        "https://registry-1.docker.io/v2"),
                bases("docker.io"));
        assertEquals(Set.of(Capability.PULL), hosts.get(1).capabilities());
        assertEquals(
                "http://127.0.0.1:5000/v2/library/busybox/manifests/1?ns=docker.io",
                hosts.getFirst().address("library/busybox", "manifests/1").toString());
        assertTrue(hosts.getLast().upstream());
        assertEquals(
                "https://registry-1.docker.io/v2/library/busybox/manifests/1",
                hosts.getLast().address("library/busybox", "manifests/1").toString());
    }

    @Test
    void theDefaultServesHostsWithoutAFileOfTheirOwn() throws Exception {
        write("_default", "[host.\"http://127.0.0.1:5000\"]\n");
        assertEquals(List.of("http://127.0.0.1:5000/v2", "https://quay.io/v2"), bases("quay.io"));
        write("quay.io", "");
        assertEquals(List.of("https://quay.io/v2"), bases("quay.io"));
    }

    @Test
    void aPortIsPartOfTheName() throws Exception {
        write("reg.example:5000", "server = \"http://reg.example:5000\"\n");
        assertEquals(List.of("http://reg.example:5000/v2"), bases("reg.example:5000"));
        assertEquals(List.of("https://reg.example/v2"), bases("reg.example"));
    }

    @Test
    void aChangeIsSeenAtOnce() throws Exception {
        write("quay.io", "server = \"https://one.example\"\n");
        assertEquals(List.of("https://one.example/v2"), bases("quay.io"));
        write("quay.io", "server = \"https://two.example\"\n");
        assertEquals(List.of("https://two.example/v2"), bases("quay.io"));
    }

    @Test
    void headersCertificatesAndTimesAreRead() throws Exception {
        write("quay.io", """
                [host."https://m.example"]
                  ca = ["one.pem", "/etc/two.pem"]
                  client = [["c.pem", "k.pem"], ["both.pem", ""]]
                  skip_verify = true
                  dial_timeout = "3s"
                  [host."https://m.example".header]
                    x-one = "1"
                    x-two = ["2", "3"]
                """);
        RegistryHost host = of("quay.io").getFirst();
        Path beside = dir.resolve("quay.io");
        assertEquals(
                List.of(beside.resolve("one.pem"), Path.of("/etc/two.pem")),
                host.tls().authorities());
        assertEquals(
                List.of(
                        new Tls.ClientCertificate(beside.resolve("c.pem"), beside.resolve("k.pem")),
                        new Tls.ClientCertificate(beside.resolve("both.pem"), beside.resolve("both.pem"))),
                host.tls().clients());
        assertTrue(host.tls().skipVerify());
        assertEquals(Duration.ofSeconds(3), host.dialTimeout());
        assertEquals(Map.of("x-one", "1", "x-two", "2, 3"), host.headers());
        assertFalse(of("quay.io").getLast().tls().skipVerify());
    }

    @Test
    void mistakesAreToldWithTheFile() throws Exception {
        for (String text : List.of(
                "server = 5",
                "server = \"https://user@host\"",
                "server = \"https://\"",
                "[host.\"https://m\"]\ncapabilities = [\"fly\"]",
                "[host.\"https://m\"]\nskip_verify = \"yes\"",
                "[host.\"https://m\"]\ndial_timeout = \"soon\"",
                "[host.\"https://m\"]\nca = [1]",
                "[host.\"https://m\".header]\nHost = \"x\"",
                "not toml")) {
            write("quay.io", text);
            ImageFailure failure = assertThrows(ImageFailure.class, () -> of("quay.io"), text);
            assertEquals(ImageFailure.Kind.INTERNAL, failure.kind());
            assertTrue(failure.getMessage().contains("quay.io/hosts.toml"), failure.getMessage());
        }
    }

    @Test
    void anUnknownKeyIsNoReasonToStop() throws Exception {
        write("quay.io", "server = \"https://a.example\"\nsome_new_key = 1\n");
        assertEquals(List.of("https://a.example/v2"), bases("quay.io"));
    }

    private List<RegistryHost> of(String registry) {
        return new Hosts(dir).of(registry);
    }

    private List<String> bases(String registry) {
        return of(registry).stream().map(host -> host.base().toString()).toList();
    }

    private void write(String host, String text) throws IOException {
        Files.writeString(Files.createDirectories(dir.resolve(host)).resolve("hosts.toml"), text);
    }
}
