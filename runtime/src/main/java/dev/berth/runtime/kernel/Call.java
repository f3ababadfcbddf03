package dev.berth.runtime.kernel;

import java.util.Locale;

/** System calls by name, with their numbers on x86_64 and aarch64 (asm/unistd.h of the kernel). */
enum Call {
    READ(0, 63),
    CLOSE(3, 57),
    PREAD64(17, 67),
    WRITE(1, 64),
    FTRUNCATE(77, 46),
    FDATASYNC(75, 83),
    FLOCK(73, 32),
    FCNTL(72, 25),
    IOCTL(16, 29),
    PIPE2(293, 59),
    SPLICE(275, 76),
    KILL(62, 129),
    GETPID(39, 172),
    UNSHARE(272, 97),
    FCHDIR(81, 50),
    SOCKET(41, 198),
    ACCEPT4(288, 242),
    BIND(49, 200),
    LISTEN(50, 201),
    SHUTDOWN(48, 210),
    CONNECT(42, 203),
    SOCKETPAIR(53, 199),
    GETSOCKOPT(55, 209),
    SETSOCKOPT(54, 208),
    SENDMSG(46, 211),
    RECVMSG(47, 212),
    OPENAT(257, 56),
    MKDIRAT(258, 34),
    MKNODAT(259, 33),
    FCHOWNAT(260, 54),
    NEWFSTATAT(262, 79),
    UNLINKAT(263, 35),
    RENAMEAT2(316, 276),
    LINKAT(265, 37),
    SYMLINKAT(266, 36),
    READLINKAT(267, 78),
    FCHMOD(91, 52),
    FCHMODAT(268, 53),
    UTIMENSAT(280, 88),
    LSETXATTR(189, 6),
    SETXATTR(188, 5),
    GETXATTR(191, 8),
    GETDENTS64(217, 61),
    LSEEK(8, 62),
    SYNCFS(306, 267),
    STATFS(137, 43),
    MOUNT(165, 40),
    UMOUNT2(166, 39),
    EPOLL_CREATE1(291, 20),
    EPOLL_CTL(233, 21),
    EPOLL_PWAIT(281, 22),
    EVENTFD2(290, 19),
    MEMFD_CREATE(319, 279),
    BPF(321, 280),
    PIDFD_SEND_SIGNAL(424, 424),
    OPEN_TREE(428, 428),
    MOVE_MOUNT(429, 429),
    FSOPEN(430, 430),
    FSCONFIG(431, 431),
    FSMOUNT(432, 432),
    PIDFD_OPEN(434, 434),
    OPENAT2(437, 437),
    MOUNT_SETATTR(442, 442);

    private static final boolean AARCH64 = System.getProperty("os.arch", "").equals("aarch64");

    private final int x86;
    private final int arm;

    Call(int x86, int arm) {
        this.x86 = x86;
        this.arm = arm;
    }

    int number() {
        return AARCH64 ? arm : x86;
    }

    String manualName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
