package dev.berth.runtime.cgroup;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The cgroup mounts among the lines of a mountinfo file: mount points of v1 trees by controller or name, and of the v2 tree. */
record CgroupMounts(Map<String, Path> v1, @Nullable Path unified) {
    private static final Set<String> MOUNT_OPTIONS =
            Set.of("rw", "ro", "xattr", "noprefix", "clone_children", "cpuset_v2_mode", "nsdelegate", "favordynmods");

    static CgroupMounts parse(String mountinfo) {
        Map<String, Path> v1 = new LinkedHashMap<>();
        Path unified = null;
        for (String line : mountinfo.split("\n", -1)) {
            String[] halves = line.split(" - ", 2);
            String[] mount = halves[0].split(" ", -1);
            if (halves.length < 2 || mount.length < 5) {
                continue;
            }
            String[] source = halves[1].split(" ", -1);
            Path point = Path.of(unescape(mount[4]));
            if (source[0].equals("cgroup2") && unified == null) {
                unified = point;
            } else if (source[0].equals("cgroup") && source.length > 2) {
                addControllers(v1, source[2], point);
            }
        }
        return new CgroupMounts(v1, unified);
    }

    private static void addControllers(Map<String, Path> v1, String superOptions, Path point) {
        for (String option : superOptions.split(",", -1)) {
            if (!MOUNT_OPTIONS.contains(option) && !option.startsWith("release_agent=")) {
                v1.putIfAbsent(option, point);
            }
        }
    }

    /** The kernel writes blanks and backslashes in mount points as three octal digits. */
    private static String unescape(String text) {
        StringBuilder out = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) == '\\' && i + 3 < text.length()) {
                out.append((char) Integer.parseInt(text.substring(i + 1, i + 4), 8));
                i += 3;
            } else {
                out.append(text.charAt(i));
            }
        }
        return out.toString();
    }
}
