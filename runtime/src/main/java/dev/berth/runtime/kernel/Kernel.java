package dev.berth.runtime.kernel;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * Every system call that Berth's Java side makes. Names and arguments are those of the manual pages, section 2; descriptors are
 * plain ints that the caller closes; every descriptor is made close-on-exec. A failed call throws {@link KernelFailure}. Names are
 * encoded by {@link OsString}. Calls block their carrier thread: those that can take long belong on platform threads.
 */
public interface Kernel {
    int AT_FDCWD = -100;
    int AT_SYMLINK_NOFOLLOW = 0x100;
    int AT_REMOVEDIR = 0x200;
    int AT_SYMLINK_FOLLOW = 0x400;
    int AT_EMPTY_PATH = 0x1000;
    int AT_RECURSIVE = 0x8000;

    int O_RDONLY = 0;
    int O_WRONLY = 1;
    int O_RDWR = 2;
    int O_CREAT = 0100;
    int O_EXCL = 0200;
    int O_NOCTTY = 0400;
    int O_TRUNC = 01000;
    int O_APPEND = 02000;
    int O_NONBLOCK = 04000;
    int O_DIRECTORY = 0200000;
    int O_NOFOLLOW = 0400000;
    int O_PATH = 010000000;

    long RESOLVE_NO_XDEV = 0x01;
    long RESOLVE_NO_MAGICLINKS = 0x02;
    long RESOLVE_NO_SYMLINKS = 0x04;
    long RESOLVE_BENEATH = 0x08;
    long RESOLVE_IN_ROOT = 0x10;

    int OPEN_TREE_CLONE = 1;

    long MOUNT_ATTR_RDONLY = 0x1;
    long MOUNT_ATTR_NOSUID = 0x2;
    long MOUNT_ATTR_NODEV = 0x4;
    long MOUNT_ATTR_NOEXEC = 0x8;
    long MOUNT_ATTR_NOATIME = 0x10;
    long MOUNT_ATTR_STRICTATIME = 0x20;
    /** The bits of which one way of keeping access times is made; to be cleared when another is set. */
    long MOUNT_ATTR_ATIME = 0x70;

    long MOUNT_ATTR_NODIRATIME = 0x80;
    long MOUNT_ATTR_IDMAP = 0x100000;
    long MOUNT_ATTR_NOSYMFOLLOW = 0x200000;

    long MS_RDONLY = 1;
    long MS_NOSUID = 2;
    long MS_NODEV = 4;
    long MS_NOEXEC = 8;
    long MS_BIND = 4096;
    long MS_REC = 16384;
    long MS_PRIVATE = 1 << 18;
    long MS_SLAVE = 1 << 19;
    long MS_SHARED = 1 << 20;

    int MNT_DETACH = 2;

    long CLONE_FS = 0x200;
    long CLONE_NEWNS = 0x20000;

    int MFD_ALLOW_SEALING = 2;

    int SIGKILL = 9;
    int SIGTERM = 15;

    int EPOLLIN = 1;
    int EPOLLOUT = 4;
    int EPOLLHUP = 0x10;
    int EPOLLONESHOT = 1 << 30;

    int AF_INET = 2;
    int AF_INET6 = 10;

    // Files

    int openat(int dir, String path, int flags, int mode);

    /** openat2 with a resolve mask; a lookup that raced with a rename (EAGAIN) is repeated up to 128 times. */
    int openat2(int dir, String path, int flags, int mode, long resolve);

    void close(int fd);

    /** Reads once at the position; returns 0 at the end. */
    int read(int fd, byte[] into, int offset, int length);

    /** Reads once at {@code position}; returns 0 at the end. */
    int pread(int fd, byte[] into, int offset, int length, long position);

    /** Writes all bytes. */
    void write(int fd, byte[] from, int offset, int length);

    /** Writes all that remains of a direct buffer and consumes it. */
    void write(int fd, ByteBuffer direct);

    void ftruncate(int fd, long length);

    void mkdirat(int dir, String path, int mode);

    void mknodat(int dir, String path, int mode, long device);

    void symlinkat(String target, int dir, String path);

    void linkat(int fromDir, String from, int toDir, String to, int flags);

    void unlinkat(int dir, String path, int flags);

    void renameat(int fromDir, String from, int toDir, String to);

    String readlinkat(int dir, String path);

    void fchownat(int dir, String path, int uid, int gid, int flags);

    void fchmod(int fd, int mode);

    /** chmod of an O_PATH or other descriptor's file through /proc/self/fd. */
    void fchmodat(int dir, String path, int mode);

    void utimensat(int dir, String path, long seconds, int nanoseconds, int flags);

    /** Sets an extended attribute of the file itself at {@code /proc/self/fd/dir/path}; a symlink is not followed. */
    void lsetxattr(int dir, String path, String name, byte[] value);

    /** Sets an extended attribute of what a descriptor is open on, also with O_PATH. */
    void fsetxattr(int fd, String name, byte[] value);

    /** An extended attribute of what a descriptor is open on, also with O_PATH; an empty array when it has none of that name. */
    byte[] fgetxattr(int fd, String name);

    Stat fstatat(int dir, String path, int flags);

    /** Space of the filesystem that a path is on. */
    FilesystemSpace statfs(String path);

    /** The mount flags of the mount that a descriptor is on, as statfs(2) gives them: MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC and more. */
    long mountFlags(int fd);

    void syncfs(int fd);

    void fdatasync(int fd);

    /** Takes an exclusive lock without waiting; false when another process holds it. */
    boolean tryFlock(int fd);

    /** Names in an open directory, without {@code .} and {@code ..}; reads from its start. */
    List<String> getdents(int fd);

    // Pipes and terminals

    /** The read end and the write end of a new pipe. */
    int[] pipe();

    /** Changes how many bytes a pipe holds, fcntl(F_SETPIPE_SZ). */
    void setPipeSize(int pipe, int bytes);

    /** How many bytes a pipe, socket or terminal holds for its reader, ioctl(FIONREAD). */
    int readable(int fd);

    /**
     * Moves bytes from a pipe to a socket without copying them, splice(2) with SPLICE_F_NONBLOCK.
     *
     * @return how many were moved, at most {@code length}; 0 when the pipe is at its end; -1 when the pipe is empty or the socket full
     */
    int splice(int pipe, int socket, int length);

    /** A second descriptor of the same open file. */
    int dup(int fd);

    /** Sets or clears O_NONBLOCK of the open file, for all who share it. */
    void setNonblocking(int fd, boolean nonblocking);

    /** Sets the size of a terminal in characters, 0 to 65535 each; its foreground processes get SIGWINCH. */
    void setWindowSize(int terminal, int rows, int columns);

    // Mounts

    int fsopen(String type);

    void fsconfigString(int fs, String key, String value);

    void fsconfigFlag(int fs, String key);

    /** FSCONFIG_SET_FD, or FSCONFIG_SET_PATH_EMPTY where that is what the key takes. */
    void fsconfigFd(int fs, String key, int fd);

    void fsconfigCreate(int fs);

    int fsmount(int fs, long attributes);

    int openTree(int dir, String path, int flags);

    void moveMount(int mount, int dir, String path);

    /** mount_setattr of the mount at {@code fd}; {@code propagation} is 0 or one of MS_PRIVATE, MS_SLAVE, MS_SHARED. */
    void mountSetattr(int fd, boolean recursive, long set, long clear, long propagation, int userNamespace);

    void mount(String source, String target, String type, long flags, String data);

    void umount(String target, int flags);

    /** The user namespace that a namespace belongs to, ioctl_ns(NS_GET_USERNS). */
    int owningUserNamespace(int namespace);

    // Processes

    int pidfdOpen(int pid);

    void pidfdSendSignal(int pidfd, int signal);

    void kill(int pid, int signal);

    int getpid();

    /** Takes the calling thread out of what it shares with the others; see {@link ThreadApart} for the only safe way to use it. */
    void unshare(long flags);

    /** Changes the working directory: of all threads, or of the calling one alone after {@code unshare(CLONE_FS)}. */
    void fchdir(int directory);

    // Sockets, memory files, waiting

    int memfdCreate(String name, int flags);

    /** Seals a memory file against writing, growing, shrinking and further seals. */
    void seal(int memfd);

    /** A SOCK_SEQPACKET unix socket, bound to {@code dir/name} with mode 0600 and listening. */
    int listenSeqpacket(int dir, String name, int backlog);

    /** A SOCK_STREAM unix socket, bound to {@code dir/name} with mode 0600 and listening for one peer. */
    int listenStream(int dir, String name);

    int connectSeqpacket(int dir, String name);

    /** A connected pair of SOCK_SEQPACKET unix sockets. */
    int[] socketpairSeqpacket();

    int accept(int socket);

    /**
     * Connects a non-blocking TCP socket to 127.0.0.1 or ::1 of the network namespace that it was made in. False while the
     * connection is on its way: called again, it says how that went.
     *
     * @param family {@link #AF_INET} or {@link #AF_INET6}, as the socket's
     */
    boolean connectLoopback(int socket, int family, int port);

    /** Ends the sending side of a connected socket, shutdown(SHUT_WR): the peer reads to the end, and may still send. */
    void shutdownWrite(int socket);

    /** Sends one packet with descriptors (at most 250). Never raises SIGPIPE. */
    void sendmsg(int socket, byte[] packet, int[] fds);

    /** Receives one packet into {@code into} with its descriptors; a length of 0 means the peer is gone. */
    Received recvmsg(int socket, byte[] into);

    /** The pid, uid and gid at the other end of a unix socket. */
    PeerCredentials peerCredentials(int socket);

    int epollCreate();

    void epollAdd(int epoll, int fd, int events, long token);

    void epollDelete(int epoll, int fd);

    /** Waits; returns tokens of ready descriptors. {@code timeoutMillis} -1 waits without end. */
    long[] epollWait(int epoll, int timeoutMillis);

    int eventfd();

    /** Loads and attaches a BPF_PROG_TYPE_CGROUP_DEVICE program to a cgroup v2 directory. */
    void attachDeviceProgram(int cgroup, byte[] instructions);

    /** One packet. {@code length} bytes are in the caller's buffer; the descriptors are the caller's to close. */
    record Received(int length, List<Integer> fds) {}

    record PeerCredentials(int pid, int uid, int gid) {}
}
