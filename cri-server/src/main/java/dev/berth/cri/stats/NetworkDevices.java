package dev.berth.cri.stats;

import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.kernel.KernelFailure;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** The counters of the network devices of a namespace, from the form of {@code /proc/PID/net/dev}. */
public final class NetworkDevices {
    private static final int CHUNK = 8 << 10;
    private static final int MOST_BYTES = 1 << 20;
    private static final int FIELDS = 16;
    private static final String LOOPBACK = "lo";
    private static final String USUAL = "eth0";

    /** Counters since the device was made: bytes, packets, errors and drops, received and sent. */
    public record Device(
            String name,
            long rxBytes,
            long rxPackets,
            long rxErrors,
            long rxDropped,
            long txBytes,
            long txPackets,
            long txErrors,
            long txDropped) {
        /** Whether it leads nowhere but back. */
        public boolean loopback() {
            return name.equals(LOOPBACK);
        }
    }

    private NetworkDevices() {}

    /**
     * The devices of the namespace that a process is in; none when the process is gone. The file is not kept open, since that
     * would keep the namespace.
     */
    public static List<Device> of(Kernel kernel, int pid) {
        try {
            int fd = kernel.openat(Kernel.AT_FDCWD, "/proc/%d/net/dev".formatted(pid), Kernel.O_RDONLY, 0);
            try {
                return parse(read(kernel, fd));
            } finally {
                kernel.close(fd);
            }
        } catch (KernelFailure _) {
            return List.of();
        }
    }

    private static String read(Kernel kernel, int fd) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] chunk = new byte[CHUNK];
        for (int n = kernel.read(fd, chunk, 0, CHUNK);
                n > 0 && out.size() < MOST_BYTES;
                n = kernel.read(fd, chunk, 0, CHUNK)) {
            out.write(chunk, 0, n);
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    /** The usual device first, loopback last; lines of another form are left out. */
    static List<Device> parse(String text) {
        List<Device> devices = new ArrayList<>();
        text.lines().forEach(line -> {
            int colon = line.lastIndexOf(':');
            String[] fields = colon < 0
                    ? new String[0]
                    : line.substring(colon + 1).strip().split("\\s+", -1);
            if (fields.length >= FIELDS) {
                devices.add(device(line.substring(0, colon).strip(), fields));
            }
        });
        devices.sort(Comparator.comparingInt(NetworkDevices::rank));
        return List.copyOf(devices);
    }

    private static int rank(Device device) {
        return device.name().equals(USUAL) ? 0 : device.loopback() ? 2 : 1;
    }

    private static Device device(String name, String[] fields) {
        return new Device(
                name,
                count(fields[0]),
                count(fields[1]),
                count(fields[2]),
                count(fields[3]),
                count(fields[8]),
                count(fields[9]),
                count(fields[10]),
                count(fields[11]));
    }

    private static long count(String field) {
        try {
            return Long.parseUnsignedLong(field);
        } catch (NumberFormatException _) {
            return 0;
        }
    }
}
