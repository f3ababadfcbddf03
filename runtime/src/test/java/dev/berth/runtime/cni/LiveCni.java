package dev.berth.runtime.cni;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** What {@link LiveCniTest} runs in namespaces of its own: attaches a pod by real plugins, talks to it, detaches it. */
final class LiveCni {
    private static final int HOST_PORT = 18080;
    private static final int POD_PORT = 8080;

    private final Path dir;
    private final CniNetwork network;

    private LiveCni(Path dir, String version) {
        this.dir = dir;
        String list = """
                {"cniVersion": "%s", "name": "pods", "plugins": [
                  {"type": "bridge", "bridge": "berth0", "isGateway": true, "ipMasq": true, "hairpinMode": true,
                   "ipam": {"type": "host-local", "dataDir": "%s/leases", "routes": [{"dst": "0.0.0.0/0"}],
                            "ranges": [[{"subnet": "10.88.7.0/24"}]]}},
                  {"type": "portmap", "capabilities": {"portMappings": true}}]}""".formatted(version, dir);
        CniPlugins plugins = new CniPlugins(
                List.of(Path.of("/opt/cni/bin"), Path.of("/usr/lib/cni")), new ProcessRunner(), Duration.ofSeconds(30));
        this.network = new CniNetwork(CniConfig.parse(list.getBytes(UTF_8), "live"), plugins);
    }

    public static void main(String[] arguments) throws Exception {
        if (arguments[0].equals("serve")) {
            serve();
            return;
        }
        LiveCni live = new LiveCni(Path.of(arguments[0]), arguments[1]);
        sh("mount --make-rprivate / && mount -t tmpfs tmpfs /run && ip link set lo up && ip netns add pod");
        live.attachTalkDetach();
        live.detachAfterTheNamespaceIsGone();
        System.out.println("all is well");
    }

    /** Says hello to whoever connects, from inside the pod's namespace. */
    private static void serve() throws IOException {
        try (ServerSocket server = new ServerSocket(POD_PORT)) {
            while (true) {
                try (Socket socket = server.accept()) {
                    socket.getOutputStream().write("hello".getBytes(UTF_8));
                }
            }
        }
    }

    private void attachTalkDetach() throws Exception {
        CniAttachment attachment = attachment();
        network.status();
        CniResult result = network.add(attachment);
        expect(result.ips().equals(List.of("10.88.7.2")), "addresses " + result.ips());
        Process server = new ProcessBuilder(
                        "ip",
                        "netns",
                        "exec",
                        "pod",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        LiveCni.class.getName(),
                        "serve")
                .inheritIO()
                .start();
        try {
            expect(hello("10.88.7.2", POD_PORT), "the pod's address answers");
            expect(hello("127.0.0.1", HOST_PORT), "the host port answers on loopback");
            expect(hello("10.88.7.1", HOST_PORT), "the host port answers on the node's address");
        } finally {
            server.destroyForcibly().waitFor();
        }
        network.del(attachment, result);
        expectNoLinkOrLease();
        String rules = sh("iptables-save | grep -E '18080|10[.]88[.]7[.][2-9]' || true");
        expect(rules.isEmpty(), "no rule is left: " + rules);
        network.del(attachment, result);
        network.del(attachment, null);
    }

    private void detachAfterTheNamespaceIsGone() throws Exception {
        CniAttachment attachment = attachment();
        byte[] record = new CniAttachmentRecord(attachment, network.config(), network.add(attachment)).toJson();
        sh("ip netns delete pod");
        CniAttachmentRecord back = CniAttachmentRecord.parse(record);
        new CniNetwork(
                        back.config(),
                        new CniPlugins(List.of(Path.of("/usr/lib/cni")), new ProcessRunner(), Duration.ofSeconds(30)))
                .del(back.attachment(), back.result());
        // The plugin bridge forgets its masquerading rule here: hence DEL before the namespace is removed.
        expectNoLinkOrLease();
    }

    private void expectNoLinkOrLease() throws Exception {
        expect(sh("ip -o link | grep veth || true").isEmpty(), "no veth is left");
        try (Stream<Path> leases = Files.list(dir.resolve("leases/pods"))) {
            expect(leases.noneMatch(file -> file.getFileName().toString().startsWith("10.")), "no lease is left");
        }
    }

    private static CniAttachment attachment() {
        return new CniAttachment(
                "live1",
                "/run/netns/pod",
                "eth0",
                new CniAttachment.Pod("default", "web", "u-1"),
                CniCapabilities.of(List.of(new CniCapabilities.PortMapping(HOST_PORT, POD_PORT, "tcp", "")), null));
    }

    private static boolean hello(String address, int port) throws InterruptedException {
        for (int i = 0; i < 100; i++) {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getByName(address), port), 1_000);
                socket.setSoTimeout(2_000);
                return new String(socket.getInputStream().readAllBytes(), UTF_8).equals("hello");
            } catch (IOException _) {
                Thread.sleep(50);
            }
        }
        return false;
    }

    private static void expect(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }

    private static String sh(String script) throws IOException, InterruptedException {
        Process process =
                new ProcessBuilder("sh", "-c", script).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        expect(process.waitFor() == 0, script + ": " + output);
        return output;
    }
}
