package dev.berth.runtime.seccomp;

import java.util.Comparator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The first two numbers of a Linux release. */
public record KernelVersion(int major, int minor) implements Comparable<KernelVersion> {
    private static final Pattern RELEASE = Pattern.compile("([0-9]{1,5})\\.([0-9]{1,5})(?![0-9]).*", Pattern.DOTALL);
    private static final Comparator<KernelVersion> ORDER =
            Comparator.comparingInt(KernelVersion::major).thenComparingInt(KernelVersion::minor);

    /** Reads a release such as {@code 6.1.0-44-amd64}, or a profile's {@code minKernel} such as {@code 4.8}. */
    public static KernelVersion parse(String release) {
        Matcher matcher = RELEASE.matcher(release);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "kernel version \"%s\" is not one; it must begin like 4.8".formatted(release));
        }
        return new KernelVersion(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)));
    }

    /** The running kernel's version. */
    public static KernelVersion current() {
        return parse(System.getProperty("os.version", ""));
    }

    @Override
    public int compareTo(KernelVersion other) {
        return ORDER.compare(this, other);
    }
}
