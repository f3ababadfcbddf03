package dev.berth.cri.record;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Records of one kind, a protobuf file each, replaced as a whole by rename. Nothing is synced: records describe what dies with
 * the boot, and so do they.
 *
 * @param <R> the record
 */
public final class RecordStore<R extends MessageLite> {
    private static final Logger LOG = System.getLogger(RecordStore.class.getName());
    private static final String SUFFIX = ".pb";
    private static final long LARGEST = 16 << 20;

    private final Path directory;
    private final Parser<R> parser;
    private final Function<R, String> id;

    /**
     * Opens the store and makes its directory, which only root may read.
     *
     * @param id the id in a record, which is also the name of its file
     */
    public RecordStore(Path directory, Parser<R> parser, Function<R, String> id) {
        this.directory = PrivateDirectories.make(directory);
        this.parser = parser;
        this.id = id;
    }

    public void put(String id, R record) {
        try {
            ReplacedFile.write(directory, id, SUFFIX, record.toByteArray());
        } catch (IOException failure) {
            Path target = directory.resolve(id + SUFFIX);
            throw new UncheckedIOException("the record %s could not be written".formatted(target), failure);
        }
    }

    public boolean holds(String id) {
        return Files.exists(directory.resolve(id + SUFFIX));
    }

    /** Removes a record; one that is not there is fine. */
    public void remove(String id) {
        try {
            Files.deleteIfExists(directory.resolve(id + SUFFIX));
        } catch (IOException failure) {
            throw new UncheckedIOException("the record of %s could not be removed".formatted(id), failure);
        }
    }

    /** All readable records. A file that cannot be read is reported, set aside as {@code .broken} and does not block the rest. */
    public List<R> load() {
        List<R> records = new ArrayList<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.sorted().toList()) {
                read(file, records);
            }
        } catch (IOException failure) {
            throw new UncheckedIOException("the records in %s could not be listed".formatted(directory), failure);
        }
        return records;
    }

    private void read(Path file, List<R> into) throws IOException {
        String name = file.getFileName().toString();
        if (name.endsWith(ReplacedFile.UNFINISHED)) {
            Files.deleteIfExists(file);
            return;
        }
        if (!name.endsWith(SUFFIX)) {
            return;
        }
        try {
            if (Files.size(file) > LARGEST) {
                throw new InvalidProtocolBufferException("larger than %d bytes".formatted(LARGEST));
            }
            R record = parser.parseFrom(Files.readAllBytes(file));
            // An empty file is a valid message: without this check it would stand for a thing with an empty id.
            if (!name.equals(id.apply(record) + SUFFIX)) {
                throw new InvalidProtocolBufferException("it holds the id '%s'".formatted(id.apply(record)));
            }
            into.add(record);
        } catch (InvalidProtocolBufferException broken) {
            LOG.log(Level.ERROR, "the record %s is broken and set aside: %s".formatted(file, broken.getMessage()));
            Files.move(file, file.resolveSibling(name + ".broken"), StandardCopyOption.REPLACE_EXISTING);
        } catch (NoSuchFileException _) {
            // Removed since it was listed.
        }
    }
}
