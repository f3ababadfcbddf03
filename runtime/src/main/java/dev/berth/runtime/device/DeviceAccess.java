package dev.berth.runtime.device;

/** Ways to use a device node: reading, writing and making it with mknod. */
public record DeviceAccess(boolean read, boolean write, boolean make) {
    public static final DeviceAccess RWM = new DeviceAccess(true, true, true);
    public static final DeviceAccess M = new DeviceAccess(false, false, true);

    // BPF_DEVCG_ACC_… of linux/bpf.h
    private static final int MAKE_BIT = 1;
    private static final int READ_BIT = 2;
    private static final int WRITE_BIT = 4;

    /** Reads the {@code permissions} of a CRI device: one or more of r, w and m in any order. */
    public static DeviceAccess parse(String permissions) {
        if (permissions.isEmpty()
                || permissions.chars().anyMatch(letter -> "rwm".indexOf(letter) < 0)
                || permissions.chars().distinct().count() != permissions.length()) {
            throw new IllegalArgumentException(
                    "device permissions \"%s\" are malformed; they must be one or more of r, w and m, each once"
                            .formatted(permissions));
        }
        return new DeviceAccess(
                permissions.indexOf('r') >= 0, permissions.indexOf('w') >= 0, permissions.indexOf('m') >= 0);
    }

    boolean isNone() {
        return !read && !write && !make;
    }

    boolean isAll() {
        return read && write && make;
    }

    int bits() {
        return (make ? MAKE_BIT : 0) | (read ? READ_BIT : 0) | (write ? WRITE_BIT : 0);
    }

    @Override
    public String toString() {
        return (read ? "r" : "") + (write ? "w" : "") + (make ? "m" : "");
    }
}
