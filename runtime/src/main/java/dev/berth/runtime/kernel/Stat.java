package dev.berth.runtime.kernel;

/**
 * What stat(2) says of a file.
 *
 * @param mode type and permission bits
 * @param size bytes
 * @param blocks blocks of 512 bytes really taken
 * @param device the device that holds the file
 * @param rdev the device that a device node stands for, in the kernel's dev_t layout
 */
public record Stat(int mode, int uid, int gid, long size, long blocks, long device, long inode, long links, long rdev) {
    public static final int S_IFMT = 0170000;
    public static final int S_IFSOCK = 0140000;
    public static final int S_IFLNK = 0120000;
    public static final int S_IFREG = 0100000;
    public static final int S_IFBLK = 0060000;
    public static final int S_IFDIR = 0040000;
    public static final int S_IFCHR = 0020000;
    public static final int S_IFIFO = 0010000;

    public int type() {
        return mode & S_IFMT;
    }

    public boolean isDirectory() {
        return type() == S_IFDIR;
    }

    public boolean isRegular() {
        return type() == S_IFREG;
    }

    public boolean isSymlink() {
        return type() == S_IFLNK;
    }

    public boolean isDevice() {
        return type() == S_IFCHR || type() == S_IFBLK;
    }
}
