package dev.berth.tests.node;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** What a server can leave on a node, one thing a line: processes, mounts, namespaces, cgroups, links, files, leases. */
public final class Footprint {
    private final Set<String> things = new TreeSet<>();

    private Footprint() {}

    /**
     * Looks at the whole world of this process and at a node's folders.
     *
     * @param daemon the pid whose open descriptors are counted
     */
    public static Footprint of(NodeFolders folders, long daemon) throws IOException, InterruptedException {
        Footprint footprint = new Footprint();
        ProcessHandle.allProcesses()
                .forEach(process -> footprint.things.add("process %d %s"
                        .formatted(process.pid(), process.info().commandLine().orElse(""))));
        for (String line : Files.readAllLines(Path.of("/proc/self/mountinfo"))) {
            footprint.things.add("mount " + line.substring(line.indexOf(' ')));
        }
        Command.mustRun("ip", "-o", "link")
                .lines()
                .forEach(line ->
                        footprint.things.add("link " + line.substring(0, line.indexOf(':', line.indexOf(':') + 1))));
        footprint.addTree("netns", Path.of("/run/netns"));
        footprint.addFolders("cgroup", Path.of("/sys/fs/cgroup"));
        footprint.addTree("file", folders.state());
        footprint.addFolders("file", folders.root());
        footprint.addTree("lease", folders.folder().resolve("leases/test"));
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/%d/fd".formatted(daemon)))) {
            footprint.things.add("descriptors of the daemon: " + descriptors.count() / 16 * 16);
        }
        return footprint;
    }

    /** What is here and was not there. */
    public Set<String> since(Footprint before) {
        Set<String> added = new TreeSet<>(things);
        added.removeAll(before.things);
        return added;
    }

    private void addTree(String kind, Path folder) throws IOException {
        walk(kind, folder, true);
    }

    private void addFolders(String kind, Path folder) throws IOException {
        walk(kind, folder, false);
    }

    private void walk(String kind, Path folder, boolean files) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path visited, BasicFileAttributes attributes) {
                things.add(kind + " " + visited);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                if (files && !file.getFileName().toString().startsWith("last_reserved_ip")) {
                    things.add(kind + " " + file);
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException failure) {
                // It went away while we looked.
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
