package dev.berth.image.layout;

import dev.berth.image.failure.ImageFailure;
import dev.berth.image.layer.TarEntry;
import dev.berth.image.layer.TarReader;
import dev.berth.image.stream.BlockStream;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The files inside an uncompressed tar, found by one walk through its headers and then read in any order. */
final class TarFiles implements ArchiveFiles {
    private static final int MOST_ENTRIES = 100_000;
    private static final int MOST_LINKS = 8;

    private record Place(long position, long size) {}

    private final Path tar;
    private final Map<String, Place> files = new HashMap<>();
    private final Map<String, String> links = new HashMap<>();

    private TarFiles(Path tar) {
        this.tar = tar;
    }

    static TarFiles of(Path tar) throws IOException {
        TarFiles files = new TarFiles(tar);
        try (InputStream in = new BufferedInputStream(Files.newInputStream(tar), 1 << 16)) {
            files.index(new TarReader(in, tar.toString()));
        }
        return files;
    }

    private void index(TarReader reader) throws IOException {
        TarEntry entry;
        while ((entry = reader.next()) != null) {
            String name = normal(entry.path());
            switch (entry.type()) {
                case REGULAR -> files.put(name, new Place(reader.position(), entry.size()));
                case SYMLINK -> links.put(name, normal(parent(name) + "/" + entry.linkPath()));
                case HARD_LINK -> links.put(name, normal(entry.linkPath()));
                case DIRECTORY, FIFO, CHARACTER_DEVICE, BLOCK_DEVICE -> {
                    continue;
                }
            }
            if (files.size() + links.size() > MOST_ENTRIES) {
                throw new ImageFailure(
                        ImageFailure.Kind.CORRUPT, "%s has more than %d entries".formatted(tar, MOST_ENTRIES));
            }
        }
    }

    private static String parent(String name) {
        int slash = name.lastIndexOf('/');
        return slash < 0 ? "" : name.substring(0, slash);
    }

    /** A name without dots; names only select entries of this archive, so where they lead does not matter. */
    private static String normal(String path) {
        List<String> components = new ArrayList<>();
        for (String component : path.split("/", -1)) {
            if (component.equals("..") && !components.isEmpty()) {
                components.removeLast();
            } else if (!component.isEmpty() && !component.equals(".") && !component.equals("..")) {
                components.add(component);
            }
        }
        return String.join("/", components);
    }

    private @Nullable Place place(String name) {
        String at = normal(name);
        for (int i = 0; i < MOST_LINKS; i++) {
            Place place = files.get(at);
            String next = links.get(at);
            if (place != null || next == null) {
                return place;
            }
            at = next;
        }
        return null;
    }

    @Override
    public long size(String name) {
        Place place = place(name);
        return place == null ? -1 : place.size();
    }

    @Override
    public @Nullable InputStream open(String name) throws IOException {
        Place place = place(name);
        return place == null ? null : new Slice(FileChannel.open(tar, StandardOpenOption.READ), place);
    }

    /** Part of a file. */
    private static final class Slice extends BlockStream {
        private final FileChannel channel;
        private final long end;
        private long position;

        Slice(FileChannel channel, Place place) {
            this.channel = channel;
            this.position = place.position();
            this.end = place.position() + place.size();
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            if (position >= end) {
                return -1;
            }
            ByteBuffer buffer = ByteBuffer.wrap(into, offset, (int) Math.min(length, end - position));
            int got = channel.read(buffer, position);
            position += Math.max(got, 0);
            return got;
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
