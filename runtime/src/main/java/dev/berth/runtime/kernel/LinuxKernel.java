package dev.berth.runtime.kernel;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;

/** The kernel itself. Thread-safe; every descriptor it makes is close-on-exec. */
public final class LinuxKernel implements Kernel {
    private static final int O_CLOEXEC = 02000000;
    private static final int RACE_RETRIES = 128;
    private static final int CHUNK = 64 * 1024;
    private static final int MOVE_MOUNT_F_EMPTY_PATH = 0x4;
    private static final int MOVE_MOUNT_T_EMPTY_PATH = 0x40;
    private static final int FSOPEN_CLOEXEC = 1;
    private static final int FSCONFIG_SET_FLAG = 0;
    private static final int FSCONFIG_SET_STRING = 1;
    private static final int FSCONFIG_SET_FD = 5;
    private static final int FSCONFIG_CMD_CREATE = 6;
    private static final int F_ADD_SEALS = 1033;
    private static final int ALL_SEALS = 0xF;
    private static final int LOCK_EX_NB = 2 | 4;
    private static final int MFD_CLOEXEC = 1;

    private final Syscalls syscalls = new Syscalls();
    private final UnixSockets sockets = new UnixSockets(syscalls);
    private final Descriptors descriptors = new Descriptors(syscalls);
    private final LoopbackSockets loopback = new LoopbackSockets(syscalls);
    private final Epoll epoll = new Epoll(syscalls);
    private final DevicePrograms devicePrograms = new DevicePrograms(syscalls);

    @Override
    public int openat(int dir, String path, int flags, int mode) {
        try (Scratch scratch = syscalls.scratch()) {
            return (int) syscalls.check(
                    Call.OPENAT, () -> shown(dir, path), dir, scratch.name(path), flags | O_CLOEXEC, mode);
        }
    }

    @Override
    public int openat2(int dir, String path, int flags, int mode, long resolve) {
        try (Scratch scratch = syscalls.scratch()) {
            long how = scratch.room(24);
            scratch.putLong(how, (flags | O_CLOEXEC) & 0xFFFFFFFFL);
            scratch.putLong(how + 8, (flags & O_CREAT) != 0 ? mode : 0);
            scratch.putLong(how + 16, resolve);
            long name = scratch.name(path);
            long result = -Errno.EAGAIN.number();
            for (int i = 0; i < RACE_RETRIES && result == -Errno.EAGAIN.number(); i++) {
                result = syscalls.raw(Call.OPENAT2, dir, name, how, 24);
            }
            if (result < 0) {
                throw new KernelFailure("openat2", shown(dir, path), (int) -result);
            }
            return (int) result;
        }
    }

    @Override
    public void close(int fd) {
        // EINTR and EIO leave the descriptor closed on Linux: there is nothing to repeat.
        syscalls.raw(Call.CLOSE, fd);
    }

    @Override
    public int read(int fd, byte[] into, int offset, int length) {
        int chunk = Math.min(length, CHUNK);
        try (Scratch scratch = syscalls.scratch()) {
            long room = scratch.buffer(chunk);
            int got = (int) syscalls.check(Call.READ, () -> fd, fd, room, chunk);
            scratch.get(room, into, offset, got);
            return got;
        }
    }

    @Override
    public int pread(int fd, byte[] into, int offset, int length, long position) {
        int chunk = Math.min(length, CHUNK);
        try (Scratch scratch = syscalls.scratch()) {
            long room = scratch.buffer(chunk);
            int got = (int) syscalls.check(Call.PREAD64, () -> fd, fd, room, chunk, position);
            scratch.get(room, into, offset, got);
            return got;
        }
    }

    @Override
    public void write(int fd, byte[] from, int offset, int length) {
        int done = 0;
        while (done < length) {
            int chunk = Math.min(length - done, CHUNK);
            try (Scratch scratch = syscalls.scratch()) {
                long address = scratch.bytes(from, offset + done, chunk);
                done += (int) syscalls.check(Call.WRITE, () -> fd, fd, address, chunk);
            }
        }
    }

    @Override
    public void write(int fd, ByteBuffer direct) {
        long base = Pointer.wrap(Runtime.getSystemRuntime(), direct).address();
        while (direct.hasRemaining()) {
            long wrote = syscalls.check(Call.WRITE, () -> fd, fd, base + direct.position(), direct.remaining());
            direct.position(direct.position() + (int) wrote);
        }
    }

    @Override
    public void ftruncate(int fd, long length) {
        syscalls.check(Call.FTRUNCATE, () -> fd, fd, length);
    }

    @Override
    public void mkdirat(int dir, String path, int mode) {
        try (Scratch scratch = syscalls.scratch()) {
            syscalls.check(Call.MKDIRAT, () -> shown(dir, path), dir, scratch.name(path), mode);
        }
    }

    @Override
    public void mknodat(int dir, String path, int mode, long device) {
        try (Scratch scratch = syscalls.scratch()) {
            syscalls.check(Call.MKNODAT, () -> shown(dir, path), dir, scratch.name(path), mode, device);
        }
    }

    @Override
    public void symlinkat(String target, int dir, String path) {
        try (Scratch scratch = syscalls.scratch()) {
            syscalls.check(Call.SYMLINKAT, () -> shown(dir, path), scratch.name(target), dir, scratch.name(path));
        }
    }

    @Override
    public void linkat(int fromDir, String from, int toDir, String to, int flags) {
        try (Scratch scratch = syscalls.scratch()) {
            Supplier<Object> shown = () -> shown(fromDir, from) + ", " + shown(toDir, to);
            syscalls.check(Call.LINKAT, shown, fromDir, scratch.name(from), toDir, scratch.name(to), flags);
        }
    }

    @Override
    public void unlinkat(int dir, String path, int flags) {
        try (Scratch scratch = syscalls.scratch()) {
            syscalls.check(Call.UNLINKAT, () -> shown(dir, path), dir, scratch.name(path), flags);
        }
    }

    @Override
    public void renameat(int fromDir, String from, int toDir, String to) {
        try (Scratch scratch = syscalls.scratch()) {
            Supplier<Object> shown = () -> shown(fromDir, from) + ", " + shown(toDir, to);
            syscalls.check(Call.RENAMEAT2, shown, fromDir, scratch.name(from), toDir, scratch.name(to), 0);
        }
    }

    @Override
    public String readlinkat(int dir, String path) {
        try (Scratch scratch = syscalls.scratch()) {
            long room = scratch.buffer(4096);
            int got =
                    (int) syscalls.check(Call.READLINKAT, () -> shown(dir, path), dir, scratch.name(path), room, 4096);
            byte[] target = new byte[got];
            scratch.get(room, target, 0, got);
            return OsString.decode(target);
        }
    }

    @Override
    public void fchownat(int dir, String path, int uid, int gid, int flags) {
        try (Scratch scratch = syscalls.scratch()) {
            syscalls.check(Call.FCHOWNAT, () -> shown(dir, path), dir, scratch.name(path), uid, gid, flags);
        }
    }

    @Override
    public void fchmod(int fd, int mode) {
        syscalls.check(Call.FCHMOD, () -> fd, fd, mode);
    }

    @Override
    public void fchmodat(int dir, String path, int mode) {
        try (Scratch scratch = syscalls.scratch()) {
            syscalls.check(Call.FCHMODAT, () -> shown(dir, path), dir, scratch.name(path), mode);
        }
    }

    @Override
    public void utimensat(int dir, String path, long seconds, int nanoseconds, int flags) {
        try (Scratch scratch = syscalls.scratch()) {
            long times = scratch.room(32);
            for (int i = 0; i < 2; i++) {
                scratch.putLong(times + 16L * i, seconds);
                scratch.putLong(times + 16L * i + 8, nanoseconds);
            }
            syscalls.check(Call.UTIMENSAT, () -> shown(dir, path), dir, scratch.name(path), times, flags);
        }
    }

    @Override
    public void lsetxattr(int dir, String path, String name, byte[] value) {
        setxattr(Call.LSETXATTR, "/proc/self/fd/%d/%s".formatted(dir, path), shown(dir, path), name, value);
    }

    @Override
    public void fsetxattr(int fd, String name, byte[] value) {
        setxattr(Call.SETXATTR, "/proc/self/fd/" + fd, Integer.toString(fd), name, value);
    }

    private void setxattr(Call call, String path, String shown, String name, byte[] value) {
        try (Scratch scratch = syscalls.scratch()) {
            long bytes = scratch.bytes(value, 0, value.length);
            syscalls.check(
                    call, () -> shown + ", " + name, scratch.name(path), scratch.name(name), bytes, value.length, 0);
        }
    }

    @Override
    public byte[] fgetxattr(int fd, String name) {
        try (Scratch scratch = syscalls.scratch()) {
            long room = scratch.buffer(CHUNK);
            long got =
                    syscalls.raw(Call.GETXATTR, scratch.name("/proc/self/fd/" + fd), scratch.name(name), room, CHUNK);
            if (got == -Errno.ENODATA.number() || got == -Errno.EOPNOTSUPP.number()) {
                return new byte[0];
            }
            if (got < 0) {
                throw new KernelFailure("fgetxattr", fd + ", " + name, (int) -got);
            }
            byte[] value = new byte[(int) got];
            scratch.get(room, value, 0, value.length);
            return value;
        }
    }

    @Override
    public Stat fstatat(int dir, String path, int flags) {
        try (Scratch scratch = syscalls.scratch()) {
            long room = scratch.room(256);
            syscalls.check(Call.NEWFSTATAT, () -> shown(dir, path), dir, scratch.name(path), room, flags);
            return StatLayout.read(scratch, room);
        }
    }

    @Override
    public FilesystemSpace statfs(String path) {
        try (Scratch scratch = syscalls.scratch()) {
            // struct statfs of a 64-bit kernel, all of it words: type, block size, blocks, free, available, files, free
            // files.
            long room = scratch.room(120);
            syscalls.check(Call.STATFS, () -> path, scratch.name(path), room);
            long block = scratch.getLong(room + 8);
            return new FilesystemSpace(
                    scratch.getLong(room + 16) * block,
                    scratch.getLong(room + 32) * block,
                    scratch.getLong(room + 40),
                    scratch.getLong(room + 48));
        }
    }

    @Override
    public long mountFlags(int fd) {
        String path = "/proc/self/fd/" + fd;
        try (Scratch scratch = syscalls.scratch()) {
            long room = scratch.room(120);
            syscalls.check(Call.STATFS, () -> path, scratch.name(path), room);
            return scratch.getLong(room + 80);
        }
    }

    @Override
    public void syncfs(int fd) {
        syscalls.check(Call.SYNCFS, () -> fd, fd);
    }

    @Override
    public void fdatasync(int fd) {
        syscalls.check(Call.FDATASYNC, () -> fd, fd);
    }

    @Override
    public boolean tryFlock(int fd) {
        long result = syscalls.raw(Call.FLOCK, fd, LOCK_EX_NB);
        if (result < 0 && result != -Errno.EAGAIN.number()) {
            throw new KernelFailure("flock", fd + ", LOCK_EX | LOCK_NB", (int) -result);
        }
        return result == 0;
    }

    @Override
    public List<String> getdents(int fd) {
        List<String> names = new ArrayList<>();
        syscalls.check(Call.LSEEK, () -> fd, fd, 0, 0);
        try (Scratch scratch = syscalls.scratch()) {
            long room = scratch.buffer(CHUNK);
            int got;
            while ((got = (int) syscalls.check(Call.GETDENTS64, () -> fd, fd, room, CHUNK)) > 0) {
                byte[] entries = new byte[got];
                scratch.get(room, entries, 0, got);
                Dirents.names(entries, names);
            }
        }
        return names;
    }

    @Override
    public int fsopen(String type) {
        try (Scratch scratch = syscalls.scratch()) {
            return (int) syscalls.check(Call.FSOPEN, () -> quoted(type), scratch.name(type), FSOPEN_CLOEXEC);
        }
    }

    @Override
    public void fsconfigString(int fs, String key, String value) {
        try (Scratch scratch = syscalls.scratch()) {
            Supplier<Object> shown = () -> "%d, SET_STRING, \"%s\", \"%s\"".formatted(fs, key, value);
            syscalls.check(Call.FSCONFIG, shown, fs, FSCONFIG_SET_STRING, scratch.name(key), scratch.name(value), 0);
        }
    }

    @Override
    public void fsconfigFlag(int fs, String key) {
        try (Scratch scratch = syscalls.scratch()) {
            syscalls.check(
                    Call.FSCONFIG,
                    () -> fs + ", SET_FLAG, " + quoted(key),
                    fs,
                    FSCONFIG_SET_FLAG,
                    scratch.name(key),
                    0,
                    0);
        }
    }

    @Override
    public void fsconfigFd(int fs, String key, int fd) {
        try (Scratch scratch = syscalls.scratch()) {
            Supplier<Object> shown = () -> "%d, SET_FD, \"%s\", %d".formatted(fs, key, fd);
            syscalls.check(Call.FSCONFIG, shown, fs, FSCONFIG_SET_FD, scratch.name(key), 0, fd);
        }
    }

    @Override
    public void fsconfigCreate(int fs) {
        syscalls.check(Call.FSCONFIG, () -> fs + ", CMD_CREATE", fs, FSCONFIG_CMD_CREATE, 0, 0, 0);
    }

    @Override
    public int fsmount(int fs, long attributes) {
        return (int) syscalls.check(Call.FSMOUNT, () -> fs, fs, 1, attributes);
    }

    @Override
    public int openTree(int dir, String path, int flags) {
        int empty = path.isEmpty() ? AT_EMPTY_PATH : 0;
        try (Scratch scratch = syscalls.scratch()) {
            return (int) syscalls.check(
                    Call.OPEN_TREE, () -> shown(dir, path), dir, scratch.name(path), flags | empty | O_CLOEXEC);
        }
    }

    @Override
    public void moveMount(int mount, int dir, String path) {
        int flags = MOVE_MOUNT_F_EMPTY_PATH | (path.isEmpty() ? MOVE_MOUNT_T_EMPTY_PATH : 0);
        try (Scratch scratch = syscalls.scratch()) {
            Supplier<Object> shown = () -> mount + ", " + shown(dir, path);
            syscalls.check(Call.MOVE_MOUNT, shown, mount, scratch.name(""), dir, scratch.name(path), flags);
        }
    }

    @Override
    public void mountSetattr(int fd, boolean recursive, long set, long clear, long propagation, int userNamespace) {
        try (Scratch scratch = syscalls.scratch()) {
            long attr = scratch.room(32);
            scratch.putLong(attr, set);
            scratch.putLong(attr + 8, clear);
            scratch.putLong(attr + 16, propagation);
            scratch.putLong(attr + 24, userNamespace);
            int flags = AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0);
            Supplier<Object> shown =
                    () -> "%d, set 0x%x, clear 0x%x, propagation 0x%x".formatted(fd, set, clear, propagation);
            syscalls.check(Call.MOUNT_SETATTR, shown, fd, scratch.name(""), flags, attr, 32);
        }
    }

    @Override
    public void mount(String source, String target, String type, long flags, String data) {
        try (Scratch scratch = syscalls.scratch()) {
            Supplier<Object> shown = () -> "\"%s\", \"%s\", \"%s\", 0x%x".formatted(source, target, type, flags);
            long options = data.isEmpty() ? 0 : scratch.name(data);
            syscalls.check(
                    Call.MOUNT, shown, scratch.name(source), scratch.name(target), scratch.name(type), flags, options);
        }
    }

    @Override
    public void umount(String target, int flags) {
        try (Scratch scratch = syscalls.scratch()) {
            syscalls.check(Call.UMOUNT2, () -> quoted(target), scratch.name(target), flags);
        }
    }

    @Override
    public int pidfdOpen(int pid) {
        return (int) syscalls.check(Call.PIDFD_OPEN, () -> pid, pid, 0);
    }

    @Override
    public void pidfdSendSignal(int pidfd, int signal) {
        syscalls.check(Call.PIDFD_SEND_SIGNAL, () -> pidfd + ", " + signal, pidfd, signal, 0, 0);
    }

    @Override
    public void kill(int pid, int signal) {
        syscalls.check(Call.KILL, () -> pid + ", " + signal, pid, signal);
    }

    @Override
    public int getpid() {
        return (int) syscalls.raw(Call.GETPID);
    }

    @Override
    public void unshare(long flags) {
        syscalls.check(Call.UNSHARE, () -> "0x%x".formatted(flags), flags);
    }

    @Override
    public void fchdir(int directory) {
        syscalls.check(Call.FCHDIR, () -> directory, directory);
    }

    @Override
    public int memfdCreate(String name, int flags) {
        try (Scratch scratch = syscalls.scratch()) {
            return (int) syscalls.check(Call.MEMFD_CREATE, () -> quoted(name), scratch.name(name), flags | MFD_CLOEXEC);
        }
    }

    @Override
    public void seal(int memfd) {
        syscalls.check(Call.FCNTL, () -> memfd + ", F_ADD_SEALS", memfd, F_ADD_SEALS, ALL_SEALS);
    }

    @Override
    public int listenSeqpacket(int dir, String name, int backlog) {
        return sockets.listen(this, dir, name, backlog);
    }

    @Override
    public int listenStream(int dir, String name) {
        return sockets.listenStream(this, dir, name);
    }

    @Override
    public int connectSeqpacket(int dir, String name) {
        return sockets.connect(dir, name);
    }

    @Override
    public int[] socketpairSeqpacket() {
        return sockets.pair();
    }

    @Override
    public int accept(int socket) {
        return sockets.accept(socket);
    }

    @Override
    public void shutdownWrite(int socket) {
        sockets.shutdownWrite(socket);
    }

    @Override
    public void sendmsg(int socket, byte[] packet, int[] fds) {
        sockets.send(socket, packet, fds);
    }

    @Override
    public Received recvmsg(int socket, byte[] into) {
        return sockets.receive(socket, into);
    }

    @Override
    public PeerCredentials peerCredentials(int socket) {
        return sockets.peer(socket);
    }

    @Override
    public int epollCreate() {
        return epoll.create();
    }

    @Override
    public void epollAdd(int epollFd, int fd, int events, long token) {
        epoll.add(epollFd, fd, events, token);
    }

    @Override
    public void epollDelete(int epollFd, int fd) {
        epoll.delete(epollFd, fd);
    }

    @Override
    public long[] epollWait(int epollFd, int timeoutMillis) {
        return epoll.await(epollFd, timeoutMillis);
    }

    @Override
    public int eventfd() {
        return epoll.eventfd();
    }

    @Override
    public int[] pipe() {
        return descriptors.pipe();
    }

    @Override
    public void setPipeSize(int pipe, int bytes) {
        descriptors.setPipeSize(pipe, bytes);
    }

    @Override
    public int readable(int fd) {
        return descriptors.readable(fd);
    }

    @Override
    public int splice(int pipe, int socket, int length) {
        return descriptors.splice(pipe, socket, length);
    }

    @Override
    public int dup(int fd) {
        return descriptors.dup(fd);
    }

    @Override
    public void setNonblocking(int fd, boolean nonblocking) {
        descriptors.setNonblocking(fd, nonblocking);
    }

    @Override
    public int owningUserNamespace(int namespace) {
        return descriptors.owningUserNamespace(namespace);
    }

    @Override
    public void setWindowSize(int terminal, int rows, int columns) {
        descriptors.setWindowSize(terminal, rows, columns);
    }

    @Override
    public boolean connectLoopback(int socket, int family, int port) {
        return loopback.connect(socket, family, port);
    }

    @Override
    public void attachDeviceProgram(int cgroup, byte[] instructions) {
        devicePrograms.attach(this, cgroup, instructions);
    }

    private static String shown(int dir, String path) {
        return (dir == AT_FDCWD ? "AT_FDCWD" : Integer.toString(dir)) + ", " + quoted(path);
    }

    private static String quoted(String name) {
        return String.format(Locale.ROOT, "\"%s\"", name);
    }
}
