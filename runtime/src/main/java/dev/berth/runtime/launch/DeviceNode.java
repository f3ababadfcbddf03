package dev.berth.runtime.launch;

/**
 * A device node in the container's /dev or elsewhere.
 *
 * @param path absolute
 * @param mode type and permission bits
 * @param device the kernel's dev_t
 */
public record DeviceNode(String path, int mode, long device, int uid, int gid) {
    /** The dev_t of a device, as makedev(3) has it for numbers that the kernel knows. */
    public static long device(int major, int minor) {
        return ((long) major << 8) | (minor & 0xff) | ((minor & 0xfff00L) << 12);
    }

    public int major() {
        return (int) ((device >> 8) & 0xfff);
    }

    public int minor() {
        return (int) ((device & 0xff) | ((device >> 12) & 0xfff00));
    }

    /** The owner as the node knows it, when the node's ids are taken for ids inside. */
    long owner(IdMap ids) {
        return (Integer.toUnsignedLong(ids.hostOrSame(uid)) << 32) | Integer.toUnsignedLong(ids.hostOrSame(gid));
    }
}
