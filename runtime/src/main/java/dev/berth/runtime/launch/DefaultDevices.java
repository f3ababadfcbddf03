package dev.berth.runtime.launch;

import dev.berth.runtime.kernel.Stat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What every container's /dev holds. */
final class DefaultDevices {
    static final List<DeviceNode> NODES = List.of(
            node("null", 1, 3),
            node("zero", 1, 5),
            node("full", 1, 7),
            node("random", 1, 8),
            node("urandom", 1, 9),
            node("tty", 5, 0));

    static final Map<String, String> LINKS = links();

    private DefaultDevices() {}

    private static DeviceNode node(String name, int major, int minor) {
        return new DeviceNode(name, Stat.S_IFCHR | 0666, DeviceNode.device(major, minor), 0, 0);
    }

    private static Map<String, String> links() {
        Map<String, String> links = new LinkedHashMap<>();
        links.put("fd", "/proc/self/fd");
        links.put("stdin", "/proc/self/fd/0");
        links.put("stdout", "/proc/self/fd/1");
        links.put("stderr", "/proc/self/fd/2");
        links.put("core", "/proc/kcore");
        links.put("ptmx", "pts/ptmx");
        return links;
    }
}
