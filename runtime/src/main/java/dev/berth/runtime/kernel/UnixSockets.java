package dev.berth.runtime.kernel;

import java.util.ArrayList;
import java.util.List;

/** Unix sockets, SOCK_SEQPACKET unless it says so, and the descriptors that travel over them, unix(7). */
final class UnixSockets {
    private static final int AF_UNIX = 1;
    private static final int SOCK_STREAM = 1;
    private static final int SOCK_SEQPACKET = 5;
    private static final int SOCK_CLOEXEC = 02000000;
    private static final int SOL_SOCKET = 1;
    private static final int SO_PEERCRED = 17;
    private static final int SCM_RIGHTS = 1;
    private static final int MSG_NOSIGNAL = 0x4000;
    private static final int MSG_CMSG_CLOEXEC = 0x40000000;
    private static final int MAX_FDS = 253;
    private static final int SHUT_WR = 1;
    private static final int SUN_PATH = 108;
    private static final int CMSG_HEADER = 16;
    private static final int MSGHDR = 56;

    private final Syscalls syscalls;

    UnixSockets(Syscalls syscalls) {
        this.syscalls = syscalls;
    }

    int listen(Kernel kernel, int dir, String name, int backlog) {
        return listen(kernel, socket(SOCK_SEQPACKET), dir, name, backlog);
    }

    int listenStream(Kernel kernel, int dir, String name) {
        return listen(kernel, socket(SOCK_STREAM), dir, name, 1);
    }

    private int listen(Kernel kernel, int socket, int dir, String name, int backlog) {
        try (Scratch scratch = syscalls.scratch()) {
            syscalls.check(Call.BIND, () -> socket + ", " + name, socket, address(scratch, dir, name), 2 + SUN_PATH);
            kernel.fchmodat(dir, name, 0600);
            syscalls.check(Call.LISTEN, () -> socket, socket, backlog);
            return socket;
        } catch (RuntimeException failure) {
            kernel.close(socket);
            throw failure;
        }
    }

    int connect(int dir, String name) {
        int socket = socket(SOCK_SEQPACKET);
        try (Scratch scratch = syscalls.scratch()) {
            syscalls.check(Call.CONNECT, () -> socket + ", " + name, socket, address(scratch, dir, name), 2 + SUN_PATH);
            return socket;
        } catch (RuntimeException failure) {
            syscalls.raw(Call.CLOSE, socket);
            throw failure;
        }
    }

    int[] pair() {
        try (Scratch scratch = syscalls.scratch()) {
            long pair = scratch.room(8);
            syscalls.check(
                    Call.SOCKETPAIR, () -> "AF_UNIX, SOCK_SEQPACKET", AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair);
            return new int[] {scratch.getInt(pair), scratch.getInt(pair + 4)};
        }
    }

    int accept(int socket) {
        return (int) syscalls.check(Call.ACCEPT4, () -> socket, socket, 0, 0, SOCK_CLOEXEC);
    }

    void shutdownWrite(int socket) {
        syscalls.check(Call.SHUTDOWN, () -> socket + ", SHUT_WR", socket, SHUT_WR);
    }

    void send(int socket, byte[] packet, int[] fds) {
        if (fds.length > MAX_FDS) {
            throw new IllegalArgumentException("%d descriptors do not fit into one packet".formatted(fds.length));
        }
        try (Scratch scratch = syscalls.scratch()) {
            long header = message(scratch, scratch.bytes(packet, 0, packet.length), packet.length);
            if (fds.length > 0) {
                int length = CMSG_HEADER + 4 * fds.length;
                long control = scratch.room((length + 7) & ~7);
                scratch.putLong(control, length);
                scratch.putInt(control + 8, SOL_SOCKET);
                scratch.putInt(control + 12, SCM_RIGHTS);
                for (int i = 0; i < fds.length; i++) {
                    scratch.putInt(control + CMSG_HEADER + 4L * i, fds[i]);
                }
                scratch.putLong(header + 32, control);
                scratch.putLong(header + 40, (length + 7) & ~7);
            }
            syscalls.check(Call.SENDMSG, () -> socket, socket, header, MSG_NOSIGNAL);
        }
    }

    Kernel.Received receive(int socket, byte[] into) {
        try (Scratch scratch = syscalls.scratch()) {
            long room = scratch.buffer(into.length);
            long header = message(scratch, room, into.length);
            int controlSize = CMSG_HEADER + 4 * MAX_FDS + 4;
            long control = scratch.room(controlSize);
            scratch.putLong(header + 32, control);
            scratch.putLong(header + 40, controlSize);
            int got = (int) syscalls.check(Call.RECVMSG, () -> socket, socket, header, MSG_CMSG_CLOEXEC);
            scratch.get(room, into, 0, got);
            return new Kernel.Received(got, descriptors(scratch, control, scratch.getLong(header + 40)));
        }
    }

    Kernel.PeerCredentials peer(int socket) {
        try (Scratch scratch = syscalls.scratch()) {
            long room = scratch.room(16);
            long length = scratch.room(8);
            scratch.putInt(length, 12);
            syscalls.check(
                    Call.GETSOCKOPT, () -> socket + ", SO_PEERCRED", socket, SOL_SOCKET, SO_PEERCRED, room, length);
            return new Kernel.PeerCredentials(scratch.getInt(room), scratch.getInt(room + 4), scratch.getInt(room + 8));
        }
    }

    private int socket(int type) {
        return (int) syscalls.check(Call.SOCKET, () -> "AF_UNIX, " + type, AF_UNIX, type | SOCK_CLOEXEC, 0);
    }

    /** sockaddr_un of a name below a directory, by /proc/self/fd so that long directories fit into 108 bytes. */
    private static long address(Scratch scratch, int dir, String name) {
        String path = dir == Kernel.AT_FDCWD ? name : "/proc/self/fd/%d/%s".formatted(dir, name);
        byte[] bytes = OsString.encode(path);
        if (bytes.length >= SUN_PATH) {
            throw new IllegalArgumentException("the socket path %s is longer than 107 bytes".formatted(path));
        }
        byte[] address = new byte[2 + SUN_PATH];
        address[0] = AF_UNIX;
        System.arraycopy(bytes, 0, address, 2, bytes.length);
        return scratch.bytes(address, 0, address.length);
    }

    private static long message(Scratch scratch, long base, int length) {
        long vector = scratch.room(16);
        scratch.putLong(vector, base);
        scratch.putLong(vector + 8, length);
        long header = scratch.room(MSGHDR);
        scratch.putLong(header + 16, vector);
        scratch.putLong(header + 24, 1);
        return header;
    }

    private static List<Integer> descriptors(Scratch scratch, long control, long controlLength) {
        List<Integer> fds = new ArrayList<>();
        if (controlLength >= CMSG_HEADER && scratch.getInt(control + 12) == SCM_RIGHTS) {
            long end = control + scratch.getLong(control);
            for (long at = control + CMSG_HEADER; at + 4 <= end; at += 4) {
                fds.add(scratch.getInt(at));
            }
        }
        return fds;
    }
}
