package dev.berth.tests.node;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The folders of one node, all below one that is short enough for unix sockets.
 *
 * @param folder the folder of everything
 * @param metricsPort the loopback port of its metrics
 */
public record NodeFolders(Path folder, int metricsPort) {

    /** Creates them anew in the machine's temporary folder. */
    public static NodeFolders create() throws IOException {
        Path folder = Files.createTempDirectory("berth-node");
        for (String name : List.of("cni", "hosts", "logs", "plugins", "registry", "work")) {
            Files.createDirectory(folder.resolve(name));
        }
        return new NodeFolders(folder, LocalRegistry.freePort());
    }

    public Path socket() {
        return folder.resolve("berth.sock");
    }

    public Path root() {
        return folder.resolve("root");
    }

    /** On the tmpfs of /run, where records belong that end with the boot. */
    public Path state() {
        return Path.of("/run").resolve(folder.getFileName());
    }

    public Path cniConfig() {
        return folder.resolve("cni");
    }

    public Path registryConfig() {
        return folder.resolve("hosts");
    }

    public Path podLogs() {
        return folder.resolve("logs");
    }

    public Path log() {
        return folder.resolve("berth.log");
    }

    public Path work() {
        return folder.resolve("work");
    }

    /** The folder of Debian's or any other CNI plugins. */
    public static Path cniPlugins() {
        return Files.exists(Path.of("/usr/lib/cni/bridge")) ? Path.of("/usr/lib/cni") : Path.of("/opt/cni/bin");
    }

    /** The folder of plugins that a test makes. */
    public Path ownPlugins() {
        return folder.resolve("plugins");
    }

    public String metricsAddress() {
        return "127.0.0.1:" + metricsPort;
    }

    /** What `berth serve` is told. */
    public List<String> flags() {
        return List.of(
                "--socket=" + socket(),
                "--root=" + root(),
                "--state=" + state(),
                "--cni-conf-dir=" + cniConfig(),
                "--cni-bin-dir=" + cniPlugins(),
                "--cni-bin-dir=" + ownPlugins(),
                "--registry-config-dir=" + registryConfig(),
                "--metrics-address=" + metricsAddress(),
                "--cgroup-parent=" + cgroupParent());
    }

    /** Below it are the cgroups of its pods. */
    public String cgroupParent() {
        return "/" + folder.getFileName();
    }

    public void delete() throws IOException {
        deleteCgroups();
        deleteTree(state());
        deleteTree(folder);
    }

    /** The parents of the pods' cgroups, which a stopped daemon leaves for the next one and another server for the kubelet. */
    private void deleteCgroups() throws IOException {
        try (Stream<Path> hierarchies = Files.list(Path.of("/sys/fs/cgroup"))) {
            for (Path hierarchy : hierarchies.toList()) {
                deleteCgroup(hierarchy.resolve(folder.getFileName()));
            }
        }
        deleteCgroup(Path.of("/sys/fs/cgroup").resolve(folder.getFileName()));
    }

    private static void deleteCgroup(Path cgroup) throws IOException {
        if (!Files.isDirectory(cgroup)) {
            return;
        }
        try (Stream<Path> children = Files.list(cgroup)) {
            for (Path child : children.filter(Files::isDirectory).toList()) {
                deleteCgroup(child);
            }
        }
        Files.delete(cgroup);
    }

    private static void deleteTree(Path root) throws IOException {
        if (!Files.exists(root)) {
            return;
        }
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure) throws IOException {
                if (failure != null) {
                    throw failure;
                }
                Files.delete(visited);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
