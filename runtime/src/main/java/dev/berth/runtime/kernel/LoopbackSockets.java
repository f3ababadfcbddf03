package dev.berth.runtime.kernel;

/** Connecting TCP sockets to the loopback addresses, ip(7) and ipv6(7). */
final class LoopbackSockets {
    private static final int SOCKADDR_IN = 16;
    private static final int SOCKADDR_IN6 = 28;
    private static final int LAST_BYTE_OF_IN6 = 23;

    private final Syscalls syscalls;

    LoopbackSockets(Syscalls syscalls) {
        this.syscalls = syscalls;
    }

    boolean connect(int socket, int family, int port) {
        byte[] address = address(family, port);
        try (Scratch scratch = syscalls.scratch()) {
            long at = scratch.bytes(address, 0, address.length);
            long result = syscalls.raw(Call.CONNECT, socket, at, address.length);
            return switch (result < 0 ? Errno.of((int) -result) : Errno.EISCONN) {
                case EISCONN -> true;
                case EINPROGRESS, EALREADY, EINTR -> false;
                default -> throw new KernelFailure("connect", "%d, port %d".formatted(socket, port), (int) -result);
            };
        }
    }

    /** 127.0.0.1 or ::1, in the kernel's form: family in host order, port in network order. */
    private static byte[] address(int family, int port) {
        boolean v6 = family == Kernel.AF_INET6;
        byte[] bytes = new byte[v6 ? SOCKADDR_IN6 : SOCKADDR_IN];
        bytes[0] = (byte) family;
        bytes[2] = (byte) (port >> 8);
        bytes[3] = (byte) port;
        if (v6) {
            bytes[LAST_BYTE_OF_IN6] = 1;
        } else {
            bytes[4] = 127;
            bytes[7] = 1;
        }
        return bytes;
    }
}
