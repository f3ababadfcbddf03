package dev.berth.runtime.launch;

/** The namespace flags of clone(2). */
public final class Namespaces {
    public static final long MOUNT = 0x00020000;
    public static final long CGROUP = 0x02000000;
    public static final long UTS = 0x04000000;
    public static final long IPC = 0x08000000;
    public static final long USER = 0x10000000;
    public static final long PID = 0x20000000;
    public static final long NET = 0x40000000;

    private Namespaces() {}
}
