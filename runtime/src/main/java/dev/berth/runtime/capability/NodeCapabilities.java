package dev.berth.runtime.capability;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * What this node can grant, and how requests are answered from it.
 *
 * @param defaults what a container gets that asks for nothing
 * @param bounding the runtime's own bounding set, beyond which nothing can be granted
 * @param lastCap the number of the kernel's last capability
 */
public record NodeCapabilities(CapabilitySet defaults, CapabilitySet bounding, int lastCap) {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final Path CAP_LAST_CAP = Path.of("/proc/sys/kernel/cap_last_cap");
    private static final String ALL = "ALL";
    private static final String BOUNDING_LINE = "CapBnd:";

    /** Reads this process's node from {@code /proc}. */
    public static NodeCapabilities current(CapabilitySet defaults) {
        try {
            return read(defaults, Files.readString(STATUS), readOnce(CAP_LAST_CAP));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /**
     * Numbers below /proc/sys are given by the first read alone, cut to its length; Files.readString begins with a read of one byte and
     * so would see 4 where the kernel says 40.
     */
    private static String readOnce(Path file) throws IOException {
        byte[] text = new byte[64];
        try (InputStream in = Files.newInputStream(file)) {
            return new String(text, 0, Math.max(0, in.read(text)), StandardCharsets.US_ASCII);
        }
    }

    /**
     * Reads the node from what the kernel says.
     *
     * @param processStatus the text of {@code /proc/self/status}
     * @param capLastCap the text of {@code /proc/sys/kernel/cap_last_cap}
     */
    static NodeCapabilities read(CapabilitySet defaults, String processStatus, String capLastCap) {
        long bounding = processStatus
                .lines()
                .filter(line -> line.startsWith(BOUNDING_LINE))
                .map(line -> line.substring(BOUNDING_LINE.length()).strip())
                .mapToLong(hexadecimal -> Long.parseUnsignedLong(hexadecimal, 16))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("the process status has no CapBnd line"));
        return new NodeCapabilities(defaults, new CapabilitySet(bounding), Integer.parseInt(capLastCap.strip()));
    }

    /**
     * Answers a request: ALL is added first, then ALL is dropped, then single capabilities are added, then single ones dropped, so
     * that "drop ALL, add CHOWN" and "add ALL, drop SYS_ADMIN" mean what they say. Ambient capabilities are a part of the result and
     * never widen it.
     *
     * @throws IllegalArgumentException when a name is unknown or an ambient capability is not granted at all
     */
    public ResolvedCapabilities resolve(CapabilityRequest request) {
        CapabilitySet all = CapabilitySet.upTo(lastCap);
        CapabilitySet start = request.privileged() || namesAll(request.add()) ? all : defaults;
        CapabilitySet wanted = (namesAll(request.drop()) ? CapabilitySet.NONE : start)
                .plus(single(request.add()))
                .minus(single(request.drop()));
        CapabilitySet ambient = ambient(request.addAmbient(), wanted);
        return new ResolvedCapabilities(
                wanted.intersect(bounding), ambient.intersect(bounding), wanted.minus(bounding));
    }

    private static CapabilitySet ambient(List<String> names, CapabilitySet wanted) {
        CapabilitySet ambient = (namesAll(names) ? wanted : CapabilitySet.NONE).plus(single(names));
        CapabilitySet beyond = ambient.minus(wanted);
        if (!beyond.isEmpty()) {
            throw new IllegalArgumentException(
                    "ambient capabilities %s are not among the container's capabilities; add them to add_capabilities as well"
                            .formatted(beyond.capabilities()));
        }
        return ambient;
    }

    private static boolean namesAll(List<String> names) {
        return names.stream().anyMatch(NodeCapabilities::isAll);
    }

    private static CapabilitySet single(List<String> names) {
        return CapabilitySet.of(names.stream()
                .filter(name -> !isAll(name))
                .map(Capability::parse)
                .toList());
    }

    private static boolean isAll(String name) {
        String upper = name.toUpperCase(Locale.ROOT);
        return upper.equals(ALL) || upper.equals("CAP_" + ALL);
    }
}
