package dev.berth.runtime.testing;

import dev.berth.runtime.kernel.Errno;
import dev.berth.runtime.kernel.FilesystemSpace;
import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.kernel.KernelFailure;
import dev.berth.runtime.kernel.Stat;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * A kernel that does nothing but remember: every call as a line, every descriptor that is open, every memory file's bytes. Its
 * descriptors are numbers from 100 on. A call can be told to fail. Not thread-safe.
 */
public final class FakeKernel implements Kernel {
    private static final int FIRST = 100;

    private final List<String> calls = new ArrayList<>();
    private final TreeSet<Integer> open = new TreeSet<>();
    private final Map<Integer, ByteArrayOutputStream> written = new HashMap<>();
    private final Map<String, Errno> failures = new HashMap<>();
    private final Map<String, Stat> stats = new HashMap<>();
    private int next = FIRST;

    /** Every call so far, as {@code name(arguments)}. */
    public List<String> calls() {
        return List.copyOf(calls);
    }

    /** Descriptors that were made and not closed. */
    public List<Integer> open() {
        return List.copyOf(open);
    }

    /** A new open descriptor, as if someone had made it before. */
    public int descriptor() {
        open.add(next);
        return next++;
    }

    /** What was written to a descriptor. */
    public byte[] written(int fd) {
        ByteArrayOutputStream bytes = written.get(fd);
        return bytes == null ? new byte[0] : bytes.toByteArray();
    }

    /** From now on every call of that name fails. */
    public FakeKernel failing(String call, Errno errno) {
        failures.put(call, errno);
        return this;
    }

    /** What fstatat says of a path; of any other it says ENOENT. */
    public FakeKernel file(String path, Stat stat) {
        stats.put(path, stat);
        return this;
    }

    private void call(String name, Object... arguments) {
        List<String> texts = new ArrayList<>();
        for (Object argument : arguments) {
            texts.add(String.valueOf(argument));
        }
        String joined = String.join(", ", texts);
        calls.add("%s(%s)".formatted(name, joined));
        Errno errno = failures.get(name);
        if (errno != null) {
            throw new KernelFailure(name, joined, errno.number());
        }
    }

    private int making(String name, Object... arguments) {
        call(name, arguments);
        return descriptor();
    }

    @Override
    public int openat(int dir, String path, int flags, int mode) {
        return making("openat", dir, path, flags, mode);
    }

    @Override
    public int openat2(int dir, String path, int flags, int mode, long resolve) {
        return making("openat2", dir, path, flags, mode, resolve);
    }

    /** @throws AssertionError when it is not open: someone closed what may by then be another's */
    @Override
    public void close(int fd) {
        call("close", fd);
        if (!open.remove(fd)) {
            throw new AssertionError("descriptor %d is closed a second time".formatted(fd));
        }
    }

    @Override
    public int read(int fd, byte[] into, int offset, int length) {
        call("read", fd, length);
        return 0;
    }

    @Override
    public int pread(int fd, byte[] into, int offset, int length, long position) {
        call("pread", fd, length, position);
        return 0;
    }

    @Override
    public void write(int fd, byte[] from, int offset, int length) {
        call("write", fd, length);
        written.computeIfAbsent(fd, _ -> new ByteArrayOutputStream()).write(from, offset, length);
    }

    @Override
    public void write(int fd, ByteBuffer direct) {
        byte[] bytes = new byte[direct.remaining()];
        direct.get(bytes);
        write(fd, bytes, 0, bytes.length);
    }

    @Override
    public void ftruncate(int fd, long length) {
        call("ftruncate", fd, length);
    }

    @Override
    public void mkdirat(int dir, String path, int mode) {
        call("mkdirat", dir, path, mode);
    }

    @Override
    public void mknodat(int dir, String path, int mode, long device) {
        call("mknodat", dir, path, mode, device);
    }

    @Override
    public void symlinkat(String target, int dir, String path) {
        call("symlinkat", target, dir, path);
    }

    @Override
    public void linkat(int fromDir, String from, int toDir, String to, int flags) {
        call("linkat", fromDir, from, toDir, to, flags);
    }

    @Override
    public void unlinkat(int dir, String path, int flags) {
        call("unlinkat", dir, path, flags);
    }

    @Override
    public void renameat(int fromDir, String from, int toDir, String to) {
        call("renameat", fromDir, from, toDir, to);
    }

    @Override
    public String readlinkat(int dir, String path) {
        call("readlinkat", dir, path);
        return "";
    }

    @Override
    public void fchownat(int dir, String path, int uid, int gid, int flags) {
        call("fchownat", dir, path, uid, gid, flags);
    }

    @Override
    public void fchmod(int fd, int mode) {
        call("fchmod", fd, mode);
    }

    @Override
    public void fchmodat(int dir, String path, int mode) {
        call("fchmodat", dir, path, mode);
    }

    @Override
    public void utimensat(int dir, String path, long seconds, int nanoseconds, int flags) {
        call("utimensat", dir, path, seconds, nanoseconds, flags);
    }

    @Override
    public void lsetxattr(int dir, String path, String name, byte[] value) {
        call("lsetxattr", dir, path, name, value.length);
    }

    @Override
    public void fsetxattr(int fd, String name, byte[] value) {
        call("fsetxattr", fd, name, value.length);
    }

    @Override
    public byte[] fgetxattr(int fd, String name) {
        call("fgetxattr", fd, name);
        return new byte[0];
    }

    @Override
    public Stat fstatat(int dir, String path, int flags) {
        call("fstatat", dir, path, flags);
        Stat stat = stats.get(path);
        if (stat == null) {
            throw new KernelFailure("fstatat", path, Errno.ENOENT.number());
        }
        return stat;
    }

    @Override
    public long mountFlags(int fd) {
        return fd % 2 == 0 ? MS_NOSUID | MS_RDONLY : 0;
    }

    @Override
    public FilesystemSpace statfs(String path) {
        calls.add("statfs(%s)".formatted(path));
        return new FilesystemSpace(0, 0, 0, 0);
    }

    @Override
    public void syncfs(int fd) {
        call("syncfs", fd);
    }

    @Override
    public void fdatasync(int fd) {
        call("fdatasync", fd);
    }

    @Override
    public boolean tryFlock(int fd) {
        call("flock", fd);
        return true;
    }

    @Override
    public List<String> getdents(int fd) {
        call("getdents", fd);
        return List.of();
    }

    @Override
    public int fsopen(String type) {
        return making("fsopen", type);
    }

    @Override
    public void fsconfigString(int fs, String key, String value) {
        call("fsconfig", fs, key, value);
    }

    @Override
    public void fsconfigFlag(int fs, String key) {
        call("fsconfig", fs, key);
    }

    @Override
    public void fsconfigFd(int fs, String key, int fd) {
        call("fsconfig", fs, key, fd);
    }

    @Override
    public void fsconfigCreate(int fs) {
        call("fsconfig", fs);
    }

    @Override
    public int fsmount(int fs, long attributes) {
        return making("fsmount", fs, attributes);
    }

    @Override
    public int openTree(int dir, String path, int flags) {
        return making("open_tree", dir, path, flags);
    }

    @Override
    public void moveMount(int mount, int dir, String path) {
        call("move_mount", mount, dir, path);
    }

    @Override
    public void mountSetattr(int fd, boolean recursive, long set, long clear, long propagation, int userNamespace) {
        call("mount_setattr", fd, recursive, set, clear, propagation, userNamespace);
    }

    @Override
    public void mount(String source, String target, String type, long flags, String data) {
        call("mount", source, target, type, flags, data);
    }

    @Override
    public void umount(String target, int flags) {
        call("umount2", target, flags);
    }

    @Override
    public void unshare(long flags) {
        call("unshare", flags);
    }

    @Override
    public void fchdir(int directory) {
        call("fchdir", directory);
    }

    @Override
    public int pidfdOpen(int pid) {
        return making("pidfd_open", pid);
    }

    @Override
    public void pidfdSendSignal(int pidfd, int signal) {
        call("pidfd_send_signal", pidfd, signal);
    }

    @Override
    public void kill(int pid, int signal) {
        call("kill", pid, signal);
    }

    @Override
    public int getpid() {
        return 1;
    }

    @Override
    public int memfdCreate(String name, int flags) {
        return making("memfd_create", name, flags);
    }

    @Override
    public void seal(int memfd) {
        call("seal", memfd);
    }

    @Override
    public int listenSeqpacket(int dir, String name, int backlog) {
        return making("listen", dir, name, backlog);
    }

    @Override
    public int listenStream(int dir, String name) {
        return making("listen", dir, name);
    }

    @Override
    public int connectSeqpacket(int dir, String name) {
        return making("connect", dir, name);
    }

    @Override
    public int[] socketpairSeqpacket() {
        call("socketpair");
        return new int[] {descriptor(), descriptor()};
    }

    @Override
    public int accept(int socket) {
        return making("accept", socket);
    }

    @Override
    public void shutdownWrite(int socket) {
        call("shutdownWrite", socket);
    }

    @Override
    public void sendmsg(int socket, byte[] packet, int[] fds) {
        call("sendmsg", socket, packet.length, fds.length);
    }

    @Override
    public Received recvmsg(int socket, byte[] into) {
        call("recvmsg", socket);
        return new Received(0, List.of());
    }

    @Override
    public PeerCredentials peerCredentials(int socket) {
        call("getsockopt", socket);
        return new PeerCredentials(1, 0, 0);
    }

    @Override
    public int epollCreate() {
        return making("epoll_create1");
    }

    @Override
    public void epollAdd(int epoll, int fd, int events, long token) {
        call("epoll_ctl", epoll, fd, events, token);
    }

    @Override
    public void epollDelete(int epoll, int fd) {
        call("epoll_ctl", epoll, fd);
    }

    @Override
    public long[] epollWait(int epoll, int timeoutMillis) {
        call("epoll_wait", epoll, timeoutMillis);
        return new long[0];
    }

    @Override
    public int[] pipe() {
        call("pipe2");
        return new int[] {descriptor(), descriptor()};
    }

    @Override
    public void setPipeSize(int pipe, int bytes) {
        call("setPipeSize", pipe, bytes);
    }

    @Override
    public int readable(int fd) {
        call("readable", fd);
        return 0;
    }

    @Override
    public int splice(int pipe, int socket, int length) {
        call("splice", pipe, socket, length);
        return length;
    }

    @Override
    public int dup(int fd) {
        return making("dup", fd);
    }

    @Override
    public void setNonblocking(int fd, boolean nonblocking) {
        call("setNonblocking", fd, nonblocking);
    }

    @Override
    public int owningUserNamespace(int namespace) {
        return making("NS_GET_USERNS", namespace);
    }

    @Override
    public void setWindowSize(int terminal, int rows, int columns) {
        call("setWindowSize", terminal, rows, columns);
    }

    @Override
    public boolean connectLoopback(int socket, int family, int port) {
        call("connect", socket, family, port);
        return true;
    }

    @Override
    public int eventfd() {
        return making("eventfd2");
    }

    @Override
    public void attachDeviceProgram(int cgroup, byte[] instructions) {
        call("bpf", cgroup, instructions.length);
    }
}
