package dev.berth.image.layer;

import dev.berth.image.failure.ImageFailure;
import dev.berth.runtime.kernel.OsString;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads a tar archive: v7, ustar, GNU long names, PAX. What it cannot represent it refuses; nothing is skipped in silence.
 * Every length is bounded.
 */
public final class TarReader {
    /** Longest path or link target in bytes, as the kernel's PATH_MAX. */
    public static final int LONGEST_PATH = 4096;

    private static final int LONGEST_EXTRA = 1 << 20;
    private static final int MOST_EXTRAS = 16;
    private static final long LARGEST_ID = 0xFFFFFFFEL;

    private final InputStream in;
    private final String what;
    private final PaxRecords global;
    private long position;
    private long remaining;
    private int padding;

    /** @param what names the archive in failures */
    public TarReader(InputStream in, String what) {
        this.in = in;
        this.what = what;
        this.global = new PaxRecords(what);
    }

    /** The next entry, whose content {@link #read} gives; null at the end of the archive. */
    public @Nullable TarEntry next() throws IOException {
        skipRest();
        Extras extras = new Extras();
        for (int i = 0; i < MOST_EXTRAS; i++) {
            byte[] block = new byte[TarHeader.BLOCK];
            if (!fill(block) || TarHeader.isZero(block)) {
                return null;
            }
            TarHeader header = new TarHeader(block, what);
            if (!extras.take(header)) {
                return begin(header, extras);
            }
        }
        throw corrupt("has more than %d headers before one entry".formatted(MOST_EXTRAS));
    }

    /** Where the content of the current entry starts, in bytes from the start of the archive. */
    public long position() {
        return position;
    }

    /** Reads content of the current entry; -1 at its end. */
    public int read(byte[] into, int offset, int length) throws IOException {
        if (remaining == 0) {
            return -1;
        }
        int got = in.read(into, offset, (int) Math.min(length, remaining));
        if (got < 0) {
            throw truncated();
        }
        remaining -= got;
        position += got;
        return got;
    }

    private void skipRest() throws IOException {
        long rest = remaining + padding;
        try {
            in.skipNBytes(rest);
        } catch (EOFException _) {
            throw truncated();
        }
        position += rest;
        remaining = 0;
        padding = 0;
    }

    /** Fills a block; false when the archive ends before it. */
    private boolean fill(byte[] block) throws IOException {
        int got = in.readNBytes(block, 0, block.length);
        if (got > 0 && got < block.length) {
            throw truncated();
        }
        position += got;
        return got > 0;
    }

    private TarEntry begin(TarHeader header, Extras extras) {
        TarEntry entry = extras.entry(header);
        remaining = entry.size();
        padding = padding(entry.size());
        return entry;
    }

    private static int padding(long size) {
        return (int) (-size & (TarHeader.BLOCK - 1));
    }

    private byte[] extra(TarHeader header) throws IOException {
        if (header.size() > LONGEST_EXTRA) {
            throw corrupt("has a header of more than %d bytes".formatted(LONGEST_EXTRA));
        }
        byte[] bytes = in.readNBytes((int) header.size());
        if (bytes.length < header.size()) {
            throw truncated();
        }
        position += bytes.length;
        padding = padding(bytes.length);
        skipRest();
        return bytes;
    }

    /** What the headers before an entry say about it. */
    private final class Extras {
        private final PaxRecords pax = new PaxRecords(what);
        private @Nullable String longName;
        private @Nullable String longLink;

        Extras() {
            pax.addAll(global);
        }

        /** Takes a header that only describes the next one; false when it is an entry itself. */
        boolean take(TarHeader header) throws IOException {
            switch (header.type()) {
                case 'x' -> pax.add(extra(header));
                case 'g' -> {
                    byte[] records = extra(header);
                    global.add(records);
                    pax.add(records);
                }
                case 'L' -> longName = longText(header);
                case 'K' -> longLink = longText(header);
                default -> {
                    return false;
                }
            }
            return true;
        }

        private String longText(TarHeader header) throws IOException {
            byte[] bytes = extra(header);
            int end = 0;
            while (end < bytes.length && bytes[end] != 0) {
                end++;
            }
            return OsString.decode(Arrays.copyOf(bytes, end));
        }

        TarEntry entry(TarHeader header) {
            String path = bounded(first(pax.name("path"), longName, header.name()));
            TarEntry.Type type = type(header.type(), path);
            long[] time = pax.time("mtime");
            boolean device = type == TarEntry.Type.CHARACTER_DEVICE || type == TarEntry.Type.BLOCK_DEVICE;
            Map<String, byte[]> xattrs = pax.xattrs();
            return new TarEntry(
                    type,
                    path,
                    bounded(first(pax.name("linkpath"), longLink, header.linkName())),
                    header.mode(),
                    id(pax.number("uid", header.uid())),
                    id(pax.number("gid", header.gid())),
                    type == TarEntry.Type.REGULAR ? pax.number("size", header.size()) : 0,
                    time == null ? header.seconds() : time[0],
                    time == null ? 0 : (int) time[1],
                    device ? device(header.deviceMajor(), header.deviceMinor()) : 0,
                    xattrs);
        }

        private String first(@Nullable String pax, @Nullable String gnu, String plain) {
            return pax != null ? pax : gnu != null ? gnu : plain;
        }
    }

    private TarEntry.Type type(char flag, String path) {
        return switch (flag) {
            // Archives from before POSIX mark a directory by its name alone.
            case '\0', '0' -> path.endsWith("/") ? TarEntry.Type.DIRECTORY : TarEntry.Type.REGULAR;
            case '7' -> TarEntry.Type.REGULAR;
            case '1' -> TarEntry.Type.HARD_LINK;
            case '2' -> TarEntry.Type.SYMLINK;
            case '3' -> TarEntry.Type.CHARACTER_DEVICE;
            case '4' -> TarEntry.Type.BLOCK_DEVICE;
            case '5' -> TarEntry.Type.DIRECTORY;
            case '6' -> TarEntry.Type.FIFO;
            case 'S' -> throw unsupported("\"%s\" is a sparse file, which images do not use".formatted(path));
            default -> throw unsupported("\"%s\" has the unknown type 0x%02x".formatted(path, (int) flag));
        };
    }

    private String bounded(String path) {
        if (path.length() > LONGEST_PATH || OsString.encode(path).length > LONGEST_PATH) {
            throw corrupt("has a path of more than %d bytes".formatted(LONGEST_PATH));
        }
        return path;
    }

    private int id(long id) {
        if (id < 0 || id > LARGEST_ID) {
            throw corrupt("has a file whose owner %d is not between 0 and %d".formatted(id, LARGEST_ID));
        }
        return (int) id;
    }

    private long device(long major, long minor) {
        if (major < 0 || major > 0xFFF || minor < 0 || minor > 0xFFFFF) {
            throw corrupt("has a device %d:%d, beyond what Linux numbers".formatted(major, minor));
        }
        return (minor & 0xFF) | (major << 8) | ((minor & ~0xFFL) << 12);
    }

    private ImageFailure truncated() {
        return corrupt("ends in the middle of an entry");
    }

    private ImageFailure corrupt(String why) {
        return new ImageFailure(ImageFailure.Kind.CORRUPT, what + " " + why);
    }

    private ImageFailure unsupported(String why) {
        return new ImageFailure(ImageFailure.Kind.UNSUPPORTED, what + ": " + why);
    }
}
