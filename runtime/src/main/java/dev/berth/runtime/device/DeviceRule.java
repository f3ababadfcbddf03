package dev.berth.runtime.device;

/**
 * Whether device nodes may be used. Rules are read in order and the first one that fits decides; without any, nothing is allowed.
 *
 * @param major the device's major number, {@link #ANY} for all
 * @param minor the device's minor number, {@link #ANY} for all
 * @param access the ways of use that the rule speaks of; it fits a use that is within them
 */
public record DeviceRule(boolean allow, Type type, int major, int minor, DeviceAccess access) {
    public static final int ANY = -1;

    /** Everything is allowed: what a privileged container has. */
    public static final DeviceRule ALL = new DeviceRule(true, Type.ALL, ANY, ANY, DeviceAccess.RWM);

    private static final int MAX_MAJOR = 0xFFF;
    private static final int MAX_MINOR = 0xF_FFFF;

    /** Kinds of device nodes. */
    public enum Type {
        ALL('a'),
        BLOCK('b'),
        CHARACTER('c');

        private final char letter;

        Type(char letter) {
            this.letter = letter;
        }

        char letter() {
            return letter;
        }
    }

    public DeviceRule {
        check("major", major, MAX_MAJOR);
        check("minor", minor, MAX_MINOR);
        if (access.isNone()) {
            throw new IllegalArgumentException("a device rule must speak of some access: r, w or m");
        }
    }

    /** A rule that allows one node, or with {@link #ANY} many. */
    public static DeviceRule allow(Type type, int major, int minor, DeviceAccess access) {
        return new DeviceRule(true, type, major, minor, access);
    }

    private static void check(String what, int number, int max) {
        if (number < ANY || number > max) {
            throw new IllegalArgumentException("device %s number %d is out of range; it must be 0 to %d, or -1 for all"
                    .formatted(what, number, max));
        }
    }

    /** The numbers and access as {@code devices.allow} and {@code devices.deny} of cgroup v1 take them. */
    String line() {
        return "%s %s:%s %s".formatted(type.letter(), number(major), number(minor), access);
    }

    private static String number(int number) {
        return number == ANY ? "*" : Integer.toString(number);
    }
}
