package dev.berth.cri.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** Which namespaces of a container are its own, by comparing their links with those of this process. */
final class NamespaceTable {
    /** Prints one link a line, for the shell of a container. */
    static final String SCRIPT = "cd /proc/self/ns && for n in net mnt pid ipc uts cgroup user; do readlink $n; done";

    private NamespaceTable() {}

    /** Lines such as `net:[4026531840]` by kind. */
    static Map<String, String> parse(String links) {
        return links.lines()
                .filter(line -> line.contains(":"))
                .collect(Collectors.toMap(
                        line -> line.substring(0, line.indexOf(':')),
                        String::strip,
                        (first, _) -> first,
                        LinkedHashMap::new));
    }

    static Map<String, String> ofThisProcess(Iterable<String> kinds) throws IOException {
        Map<String, String> links = new LinkedHashMap<>();
        for (String kind : kinds) {
            links.put(
                    kind, Files.readSymbolicLink(Path.of("/proc/self/ns", kind)).toString());
        }
        return links;
    }

    /** One line a kind that says whether the container has its own. */
    static String compare(Map<String, String> container, Map<String, String> node) {
        return container.entrySet().stream()
                .map(entry -> "    %-8s %-24s %s%n"
                        .formatted(
                                entry.getKey(),
                                entry.getValue(),
                                entry.getValue().equals(node.get(entry.getKey())) ? "the node's" : "its own"))
                .collect(Collectors.joining());
    }
}
