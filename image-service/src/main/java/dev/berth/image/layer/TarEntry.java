package dev.berth.image.layer;

import java.util.Map;

/**
 * One entry of a tar archive, with what PAX and GNU headers said before it.
 *
 * @param path as in the archive, not yet checked
 * @param linkPath the target of a link; empty for others
 * @param mode permission bits with setuid, setgid and sticky
 * @param uid unsigned
 * @param gid unsigned
 * @param size bytes of content that follow
 * @param seconds modification time since the epoch, may be negative
 * @param nanoseconds of the modification time, 0 to 999,999,999
 * @param device of a device node, in the kernel's dev_t layout
 * @param xattrs extended attributes by name
 */
public record TarEntry(
        Type type,
        String path,
        String linkPath,
        int mode,
        int uid,
        int gid,
        long size,
        long seconds,
        int nanoseconds,
        long device,
        Map<String, byte[]> xattrs) {
    /** What an entry becomes. */
    public enum Type {
        REGULAR,
        HARD_LINK,
        SYMLINK,
        CHARACTER_DEVICE,
        BLOCK_DEVICE,
        DIRECTORY,
        FIFO
    }
}
