package dev.berth.runtime.sysctl;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Decides which kernel parameters a pod may set: those that live in namespaces of its own, so that none reaches the host or another
 * pod.
 */
public final class Sysctls {
    private static final int MAX_SYSCTLS = 256;
    private static final int MAX_NAME = 255;

    /** A write below /proc/sys takes one page at most. */
    private static final int MAX_VALUE = 4095;

    private static final Set<String> IPC = Set.of(
            "kernel/msgmax",
            "kernel/msgmnb",
            "kernel/msgmni",
            "kernel/sem",
            "kernel/shmall",
            "kernel/shmmax",
            "kernel/shmmni",
            "kernel/shm_rmid_forced");

    private Sysctls() {}

    /**
     * Turns a pod's sysctls into writes, in the order of their paths.
     *
     * @param sysctls values by name, the parts of a name divided by dots or slashes
     * @throws IllegalArgumentException when one of them is malformed, unknown or not the pod's own
     */
    public static List<SysctlWrite> plan(Map<String, String> sysctls, PodNamespaces owned) {
        if (sysctls.size() > MAX_SYSCTLS) {
            throw new IllegalArgumentException(
                    "the pod sets %d sysctls; at most %d are taken".formatted(sysctls.size(), MAX_SYSCTLS));
        }
        Map<String, SysctlWrite> writes = new TreeMap<>();
        sysctls.forEach((name, value) -> {
            String path = path(name);
            checkOwned(name, path, owned);
            checkValue(name, value);
            SysctlWrite other = writes.putIfAbsent(path, new SysctlWrite("sys/" + path, value));
            if (other != null) {
                throw new IllegalArgumentException(
                        "sysctl \"%s\" is set twice, once with dots and once with slashes; set it once"
                                .formatted(name));
            }
        });
        return List.copyOf(writes.values());
    }

    /**
     * The path of a name, by the rule of sysctl(8): when its first divider is a dot, dots divide and a slash stands for a dot in a part
     * (an interface such as eth0.100); otherwise slashes divide.
     */
    private static String path(String name) {
        int dot = name.indexOf('.');
        int slash = name.indexOf('/');
        boolean dotted = dot >= 0 && (slash < 0 || dot < slash);
        String path = dotted ? name.replace('.', '\0').replace('/', '.').replace('\0', '/') : name;
        if (name.length() > MAX_NAME || path.chars().anyMatch(c -> c <= ' ' || c > '~')) {
            throw malformed(name, "it must be at most %d visible ASCII characters".formatted(MAX_NAME));
        }
        String[] parts = path.split("/", -1);
        for (String part : parts) {
            if (part.isEmpty() || part.equals(".") || part.equals("..")) {
                throw malformed(name, "no part of it may be empty, \".\" or \"..\"");
            }
        }
        if (parts.length < 2) {
            throw malformed(name, "it must have at least two parts, such as net.ipv4.ip_forward");
        }
        return path;
    }

    private static IllegalArgumentException malformed(String name, String rule) {
        String shown = name.length() > MAX_NAME ? name.substring(0, MAX_NAME) + "…" : name;
        return new IllegalArgumentException("sysctl \"%s\" is malformed: %s".formatted(shown, rule));
    }

    private static void checkOwned(String name, String path, PodNamespaces owned) {
        if (path.equals("kernel/hostname")) {
            throw new IllegalArgumentException(
                    "sysctl \"%s\" is not taken; the pod's hostname is set by its hostname field".formatted(name));
        }
        if (path.startsWith("net/")) {
            require(name, "network", owned.net());
        } else if (IPC.contains(path) || path.startsWith("fs/mqueue/")) {
            require(name, "IPC", owned.ipc());
        } else if (path.equals("kernel/domainname")) {
            require(name, "UTS", owned.uts());
        } else {
            throw new IllegalArgumentException(
                    "sysctl \"%s\" belongs to no namespace and would change the whole node; a pod may set net.*, fs.mqueue.*, kernel.msg*, kernel.sem, kernel.shm* and kernel.domainname"
                            .formatted(name));
        }
    }

    private static void require(String name, String namespace, boolean owned) {
        if (!owned) {
            throw new IllegalArgumentException(
                    "sysctl \"%s\" needs a %s namespace of the pod's own, but this pod shares the host's"
                            .formatted(name, namespace));
        }
    }

    private static void checkValue(String name, String value) {
        if (value.getBytes(StandardCharsets.UTF_8).length > MAX_VALUE) {
            throw new IllegalArgumentException(
                    "the value of sysctl \"%s\" is longer than %d bytes".formatted(name, MAX_VALUE));
        }
        if (value.isEmpty() || value.chars().anyMatch(c -> c == 0 || c == '\n')) {
            throw new IllegalArgumentException(
                    "the value of sysctl \"%s\" is empty or has more than one line; it must be one line"
                            .formatted(name));
        }
    }
}
