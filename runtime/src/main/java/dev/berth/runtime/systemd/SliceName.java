package dev.berth.runtime.systemd;

import dev.berth.runtime.cgroup.CgroupFailure;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The name of a slice, as {@code kubepods-burstable-pod1.slice}. Each dash is a level of the tree, so the name alone says where its
 * cgroup is: {@code /kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod1.slice}.
 */
public record SliceName(String name) {
    private static final String SUFFIX = ".slice";
    private static final String ROOT_NAME = "-.slice";
    private static final int LONGEST = 255;
    private static final Pattern PART = Pattern.compile("[A-Za-z0-9:_.\\\\@]+");

    /** The slice that all others are in; its cgroup is the root of the tree. */
    public static final SliceName ROOT = new SliceName(ROOT_NAME);

    public SliceName {
        if (!valid(name)) {
            throw new CgroupFailure(
                    CgroupFailure.Kind.INVALID,
                    "\"%s\" is no name of a systemd slice; one is words with dashes between and .slice at the end, as kubepods-burstable-pod1.slice."
                            .formatted(name),
                    null);
        }
    }

    /**
     * A {@code cgroup_parent} for the systemd driver.
     *
     * @param parent the slice's name, or its whole path as the kubelet writes it
     * @throws CgroupFailure INVALID when it names no slice, or a path that is not the slice's
     */
    public static SliceName parse(String parent) {
        String last = parent.substring(parent.lastIndexOf('/') + 1);
        if (!last.endsWith(SUFFIX)) {
            throw new CgroupFailure(
                    CgroupFailure.Kind.INVALID,
                    ("cgroup_parent \"%s\" is no systemd slice, but the cgroup driver here is systemd, which takes names"
                                    + " like kubepods-burstable-pod1.slice; set cgroupDriver: systemd in the kubelet.")
                            .formatted(parent),
                    null);
        }
        SliceName slice = new SliceName(last);
        if (parent.indexOf('/') >= 0 && !slice.path().equals(parent.startsWith("/") ? parent : "/" + parent)) {
            throw new CgroupFailure(
                    CgroupFailure.Kind.INVALID,
                    "cgroup_parent \"%s\" is not where systemd has the slice %s, which is %s."
                            .formatted(parent, last, slice.path()),
                    null);
        }
        return slice;
    }

    /** Where its cgroup is below the root of the tree; empty for the root slice. */
    public String path() {
        if (name.equals(ROOT_NAME)) {
            return "";
        }
        StringBuilder path = new StringBuilder();
        StringBuilder prefix = new StringBuilder();
        for (String part : parts(name)) {
            prefix.append(prefix.isEmpty() ? "" : "-").append(part);
            path.append('/').append(prefix).append(SUFFIX);
        }
        return path.toString();
    }

    private static List<String> parts(String name) {
        return List.of(name.substring(0, name.length() - SUFFIX.length()).split("-", -1));
    }

    private static boolean valid(String name) {
        if (name.equals(ROOT_NAME)) {
            return true;
        }
        List<String> parts = name.endsWith(SUFFIX) ? parts(name) : List.of("");
        return name.length() <= LONGEST
                && parts.stream().allMatch(part -> PART.matcher(part).matches());
    }
}
