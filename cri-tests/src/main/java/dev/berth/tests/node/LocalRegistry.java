package dev.berth.tests.node;

import dev.berth.tests.image.OciImage;
import dev.berth.tests.image.RegistryPush;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Debian's docker-registry, serving a folder on a free loopback port. */
public final class LocalRegistry implements AutoCloseable {
    private final Process process;
    private final String address;

    private LocalRegistry(Process process, String address) {
        this.process = process;
        this.address = address;
    }

    /** Starts one that keeps its blobs, configuration and log in this existing folder. */
    public static LocalRegistry start(Path folder) throws IOException, InterruptedException {
        Path program = Command.require("docker-registry");
        int port = freePort();
        Path configuration =
                Files.writeString(folder.resolve("registry.yml"), """
                version: 0.1
                storage: {filesystem: {rootdirectory: %s}, delete: {enabled: true}}
                http: {addr: 127.0.0.1:%d}
                log: {level: error, accesslog: {disabled: true}}
                """.formatted(folder.resolve("blobs"), port));
        Path log = folder.resolve("registry.log");
        Process process = new ProcessBuilder(program.toString(), "serve", configuration.toString())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        awaitPort(port, process, log);
        return new LocalRegistry(process, "127.0.0.1:" + port);
    }

    /** Host and port. */
    public String address() {
        return address;
    }

    public RegistryPush push() {
        return new RegistryPush(address);
    }

    /** Uploads images that are named REPOSITORY:TAG. */
    public void pushAll(Map<String, OciImage> images) throws IOException, InterruptedException {
        RegistryPush push = push();
        for (Map.Entry<String, OciImage> image : images.entrySet()) {
            int colon = image.getKey().lastIndexOf(':');
            push.push(image.getKey().substring(0, colon), image.getKey().substring(colon + 1), image.getValue());
        }
    }

    /** Writes a hosts.toml that leads this registry host to here. */
    public void mirror(Path registryConfig, String host) throws IOException {
        Path folder = Files.createDirectories(registryConfig.resolve(host));
        Files.writeString(folder.resolve("hosts.toml"), """
                server = "http://%1$s"
                [host."http://%1$s"]
                capabilities = ["pull", "resolve"]
                """.formatted(address));
    }

    /** A loopback port that was free a moment ago. */
    public static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static void awaitPort(int port, Process process, Path log) throws IOException, InterruptedException {
        for (int i = 0; i < 500 && process.isAlive(); i++) {
            try (Socket _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
                return;
            } catch (IOException _) {
                Thread.sleep(20);
            }
        }
        process.destroyForcibly();
        throw new IOException("docker-registry does not listen on port %d: %s".formatted(port, Files.readString(log)));
    }

    @Override
    public void close() {
        process.destroy();
        try {
            process.waitFor(5, TimeUnit.SECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        process.destroyForcibly();
    }
}
