package dev.berth.runtime.cgroup;

import java.util.ArrayList;
import java.util.List;

/** Checks names of cgroups as requests give them and brings them into the form {@code /a/b}. */
public final class CgroupPaths {
    private static final int LONGEST_NAME = 255;

    private CgroupPaths() {}

    /**
     * A {@code cgroup_parent} for the cgroupfs driver.
     *
     * @param parent an absolute path; empty means {@code otherwise}
     * @throws CgroupFailure when it is a systemd slice, or goes up, or has an impossible name
     */
    public static String parent(String parent, String otherwise) {
        String text = parent.isEmpty() ? otherwise : parent;
        List<String> names = new ArrayList<>();
        for (String name : text.split("/", -1)) {
            if (!name.isEmpty()) {
                names.add(name(name));
            }
        }
        if (!names.isEmpty() && names.getLast().endsWith(".slice")) {
            throw CgroupFailure.invalid(
                    ("cgroup_parent \"%s\" is a systemd slice, but the cgroup driver here is cgroupfs, which"
                                    + " takes paths like /kubepods/burstable/pod1; set cgroupDriver: cgroupfs in the kubelet.")
                            .formatted(parent));
        }
        return "/" + String.join("/", names);
    }

    /** One name in a path. */
    static String name(String name) {
        boolean bad = name.isEmpty()
                || name.length() > LONGEST_NAME
                || name.equals(".")
                || name.equals("..")
                || name.startsWith("cgroup.")
                || name.chars().anyMatch(c -> c < ' ' || c == '/' || c == 0x7f);
        if (bad) {
            throw CgroupFailure.invalid("\"%s\" cannot be the name of a cgroup.".formatted(name));
        }
        return name;
    }

    static String join(String parent, String name) {
        return parent.equals("/") ? "/" + name : parent + "/" + name;
    }
}
