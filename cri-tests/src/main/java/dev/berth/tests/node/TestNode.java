package dev.berth.tests.node;

import dev.berth.cri.v1.CgroupDriver;
import dev.berth.cri.v1.ImageSpec;
import dev.berth.cri.v1.PullImageRequest;
import dev.berth.cri.v1.RuntimeConfigRequest;
import dev.berth.tests.client.CriClient;
import dev.berth.tests.image.BusyboxLayer;
import dev.berth.tests.image.OciImage;
import dev.berth.tests.pod.Pods;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A node with a registry, a shell image and a server: Berth, or the one that the system properties name. */
public final class TestNode implements AutoCloseable {
    /** Property: the CRI socket of a server to test instead of Berth. */
    public static final String SOCKET = "berth.tests.socket";
    /** Property: the folder of `HOST/hosts.toml` files of that server. */
    public static final String HOSTS = "berth.tests.hosts";

    /** The registry host under which tests pull. */
    public static final String HOST = "registry.test";

    /** Another host by which the same registry is reached. */
    public static final String OTHER_HOST = "mirror.test";

    /** The shell image, present on the node. */
    public static final String SHELL_IMAGE = HOST + "/berth/shell:1";

    private final NodeFolders folders;
    private final LocalRegistry registry;
    private final BridgeNetwork network;
    private final String[] flags;
    private @Nullable BerthDaemon daemon;
    private @Nullable CriClient other;

    private TestNode(NodeFolders folders, LocalRegistry registry, BridgeNetwork network, String... flags) {
        this.flags = flags.clone();
        this.folders = folders;
        this.registry = registry;
        this.network = network;
    }

    /**
     * Starts everything and pulls the shell image.
     *
     * @param bridge the name of the bridge of its pod network, at most 15 bytes
     * @param flags more flags of `berth serve`
     */
    public static TestNode start(String bridge, String... flags) throws IOException, InterruptedException {
        NodeFolders folders = NodeFolders.create();
        LocalRegistry registry = LocalRegistry.start(folders.folder().resolve("registry"));
        TestNode node = new TestNode(folders, registry, BridgeNetwork.configure(folders, bridge), flags);
        try {
            node.begin();
        } catch (IOException | RuntimeException e) {
            node.close();
            throw e;
        }
        return node;
    }

    private void begin() throws IOException, InterruptedException {
        OciImage shell = OciImage.of(
                List.of(BusyboxLayer.ofStatic()),
                config -> config.putArray("Cmd").add("/bin/sh"));
        registry.push().push("berth/shell", "1", shell);
        Path hosts = startsBerth() ? folders.registryConfig() : Path.of(System.getProperty(HOSTS, ""));
        for (String host : List.of(HOST, OTHER_HOST)) {
            registry.mirror(hosts, host);
        }
        if (startsBerth()) {
            daemon = BerthDaemon.start(folders, flags);
        } else {
            other = CriClient.connectWhenReady(Path.of(System.getProperty(SOCKET, "")), Duration.ofSeconds(10));
        }
        pull(SHELL_IMAGE);
    }

    /** Whether nodes start a Berth, rather than use the server that the system properties name. */
    public static boolean startsBerth() {
        return System.getProperty(SOCKET, "").isEmpty();
    }

    public CriClient client() {
        return other == null ? daemon().client() : other;
    }

    public BerthDaemon daemon() {
        if (daemon == null) {
            throw new IllegalStateException("Berth is not running");
        }
        return daemon;
    }

    public Pods pods() {
        return new Pods(client(), SHELL_IMAGE, folders.podLogs(), cgroupParent());
    }

    /**
     * Where the kubelet would have the cgroups of pods: another server may have no place of its own for them. With systemd that is for
     * the server to choose, because a slice would stay.
     */
    private String cgroupParent() {
        if (startsBerth()) {
            return "";
        }
        CgroupDriver driver = client().runtime()
                .runtimeConfig(RuntimeConfigRequest.getDefaultInstance())
                .getLinux()
                .getCgroupDriver();
        return driver == CgroupDriver.SYSTEMD ? "" : folders.cgroupParent();
    }

    public NodeFolders folders() {
        return folders;
    }

    public LocalRegistry registry() {
        return registry;
    }

    public BridgeNetwork network() {
        return network;
    }

    /** Pulls and returns the image's id. */
    public String pull(String image) {
        return client().images()
                .pullImage(PullImageRequest.newBuilder()
                        .setImage(ImageSpec.newBuilder().setImage(image))
                        .build())
                .getImageRef();
    }

    /** Ends the daemon by SIGKILL. */
    public void killDaemon() throws InterruptedException {
        daemon().kill();
        daemon = null;
    }

    /** Starts the daemon again on the same folders. */
    public void startDaemon() throws IOException, InterruptedException {
        daemon = BerthDaemon.start(folders, flags);
    }

    /** Removes all pods, ends the server, and keeps nothing but the log in target/. */
    @Override
    public void close() throws IOException {
        try (LocalRegistry _ = registry) {
            if (daemon != null) {
                pods().removeIf(_ -> true);
                daemon.close();
            }
            if (other != null) {
                pods().removeAll();
                other.close();
            }
            network.delete();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            if (Files.exists(folders.log())) {
                Path kept = Project.target().resolve("berth-%s.log".formatted(network.bridge()));
                Files.copy(folders.log(), kept, StandardCopyOption.REPLACE_EXISTING);
            }
            folders.delete();
        }
    }
}
