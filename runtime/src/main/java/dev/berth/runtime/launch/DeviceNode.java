package dev.berth.runtime.launch;

/**
 * A device node in the container's /dev or elsewhere.
 *
 * @param path absolute
 * @param mode type and permission bits
 * @param device the kernel's dev_t
 */
public record DeviceNode(String path, int mode, long device, int uid, int gid) {
    long owner() {
        return (Integer.toUnsignedLong(uid) << 32) | Integer.toUnsignedLong(gid);
    }
}
