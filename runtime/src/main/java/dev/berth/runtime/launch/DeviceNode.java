package dev.berth.runtime.launch;

/**
 * A device node in the container's /dev or elsewhere.
 *
 * @param path absolute
 * @param mode type and permission bits
 * @param device the kernel's dev_t
 */
public record DeviceNode(String path, int mode, long device, int uid, int gid) {
    /** The owner as the node knows it, when the node's ids are taken for ids inside. */
    long owner(IdMap ids) {
        return (Integer.toUnsignedLong(ids.hostOrSame(uid)) << 32) | Integer.toUnsignedLong(ids.hostOrSame(gid));
    }
}
