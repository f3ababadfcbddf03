package dev.berth.runtime.kernel;

/** struct stat as newfstatat fills it, which differs between x86_64 and aarch64. */
final class StatLayout {
    private static final boolean AARCH64 = System.getProperty("os.arch", "").equals("aarch64");

    private StatLayout() {}

    static Stat read(Scratch scratch, long at) {
        int mode = scratch.getInt(at + (AARCH64 ? 16 : 24));
        int uid = scratch.getInt(at + (AARCH64 ? 24 : 28));
        int gid = scratch.getInt(at + (AARCH64 ? 28 : 32));
        long links = AARCH64 ? scratch.getInt(at + 20) : scratch.getLong(at + 16);
        long rdev = scratch.getLong(at + (AARCH64 ? 32 : 40));
        long size = scratch.getLong(at + 48);
        long blocks = scratch.getLong(at + 64);
        return new Stat(mode, uid, gid, size, blocks, scratch.getLong(at), scratch.getLong(at + 8), links, rdev);
    }
}
