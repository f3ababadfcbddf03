package dev.berth.runtime.cgroup;

/**
 * Permission to use devices.
 *
 * @param major {@link #ANY} for all
 * @param minor {@link #ANY} for all
 * @param access some of {@code r}, {@code w} and {@code m} (mknod)
 */
public record DeviceRule(Type type, int major, int minor, String access) {
    /** All majors, or all minors. */
    public static final int ANY = -1;

    /** Kinds of device node; the number is the kernel's BPF_DEVCG_DEV_ value. */
    public enum Type {
        BLOCK('b', 1),
        CHARACTER('c', 2);

        private final char letter;
        private final int number;

        Type(char letter, int number) {
            this.letter = letter;
            this.number = number;
        }
    }

    public DeviceRule {
        if (access.isEmpty() || !access.chars().allMatch(letter -> "rwm".indexOf(letter) >= 0)) {
            throw CgroupFailure.invalid(
                    "Device permissions are \"%s\"; they are some of the letters r, w and m.".formatted(access));
        }
        if (major < ANY || minor < ANY) {
            throw CgroupFailure.invalid("A device has the number %d:%d; numbers start at 0.".formatted(major, minor));
        }
    }

    static DeviceRule characters(int major, int minor, String access) {
        return new DeviceRule(Type.CHARACTER, major, minor, access);
    }

    /** The kernel's BPF_DEVCG_DEV_ type. */
    int typeNumber() {
        return type.number;
    }

    /** The kernel's BPF_DEVCG_ACC_ bits: mknod 1, read 2, write 4. */
    int accessBits() {
        return (access.indexOf('m') >= 0 ? 1 : 0)
                | (access.indexOf('r') >= 0 ? 2 : 0)
                | (access.indexOf('w') >= 0 ? 4 : 0);
    }

    /** The line for {@code devices.allow} of cgroup v1. */
    String line() {
        return "%c %s:%s %s".formatted(type.letter, number(major), number(minor), access);
    }

    private static String number(int value) {
        return value == ANY ? "*" : Integer.toString(value);
    }
}
