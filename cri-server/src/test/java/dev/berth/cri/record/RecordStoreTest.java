package dev.berth.cri.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.state.v1.PodRecord;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordStoreTest {
    @TempDir
    private Path temporary;

    private Path directory;
    private RecordStore<PodRecord> store;

    @BeforeEach
    void open() {
        directory = temporary.resolve("records/pods");
        store = new RecordStore<>(directory, PodRecord.parser(), PodRecord::getId);
    }

    @Test
    void itsDirectoryIsForRootAlone() throws IOException {
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(directory)));
    }

    @Test
    void recordsComeBackInOrderOfTheirIds() {
        store.put("b", record("b", 1));
        store.put("a", record("a", 2));
        assertEquals(List.of(record("a", 2), record("b", 1)), store.load());
    }

    @Test
    void aRecordIsReplacedAsAWhole() throws IOException {
        store.put("a", record("a", 1));
        store.put("a", record("a", 2));
        assertEquals(List.of(record("a", 2)), store.load());
        assertEquals(List.of("a.pb"), files());
    }

    @Test
    void aRecordThatCannotBeWrittenLeavesTheOldOne() throws IOException {
        store.put("a", record("a", 1));
        Files.createDirectory(directory.resolve("a.new"));
        UncheckedIOException failure = assertThrows(UncheckedIOException.class, () -> store.put("a", record("a", 2)));
        assertTrue(String.valueOf(failure.getMessage()).endsWith("a.pb could not be written"));
        Files.delete(directory.resolve("a.new"));
        assertEquals(List.of(record("a", 1)), store.load());
    }

    @Test
    void aRemovedRecordIsGoneAndRemovingItAgainIsFine() {
        store.put("a", record("a", 1));
        store.remove("a");
        store.remove("a");
        assertEquals(List.of(), store.load());
    }

    @Test
    void aBrokenFileIsSetAsideAndDoesNotHideTheOthers() throws IOException {
        Files.write(directory.resolve("a.pb"), new byte[] {(byte) 0xff, 1, 2});
        store.put("b", record("b", 1));
        assertEquals(List.of(record("b", 1)), store.load());
        assertEquals(List.of("a.pb.broken", "b.pb"), files());
        assertEquals(List.of(record("b", 1)), store.load());
    }

    @Test
    void aTruncatedFileIsSetAside() throws IOException {
        store.put("a", record("a", 1));
        byte[] whole = Files.readAllBytes(directory.resolve("a.pb"));
        Files.write(directory.resolve("a.pb"), java.util.Arrays.copyOf(whole, 2));
        assertEquals(List.of(), store.load());
        assertEquals(List.of("a.pb.broken"), files());
    }

    /** Taking back a pod with an empty id would remove the directories of all pods. */
    @Test
    void aFileWithoutOrWithAnotherIdIsSetAside() throws IOException {
        Files.write(directory.resolve("a.pb"), new byte[0]);
        Files.write(directory.resolve("b.pb"), record("c", 1).toByteArray());
        assertEquals(List.of(), store.load());
        assertEquals(List.of("a.pb.broken", "b.pb.broken"), files());
    }

    @Test
    void whatAnUnfinishedWriteLeftIsRemoved() throws IOException {
        Files.write(directory.resolve("a.new"), record("a", 1).toByteArray());
        assertEquals(List.of(), store.load());
        assertEquals(List.of(), files());
    }

    @Test
    void aFileOfMoreThan16MegabytesIsNotRead() throws IOException {
        try (RandomAccessFile sparse =
                new RandomAccessFile(directory.resolve("a.pb").toFile(), "rw")) {
            sparse.setLength((16 << 20) + 1);
        }
        assertEquals(List.of(), store.load());
        assertEquals(List.of("a.pb.broken"), files());
    }

    @Test
    void filesOfOthersAreLeftAlone() throws IOException {
        Files.writeString(directory.resolve("README"), "mine");
        assertEquals(List.of(), store.load());
        assertTrue(Files.exists(directory.resolve("README")));
    }

    @Test
    void aTreeIsRemovedWithoutFollowingLinks() throws IOException {
        Path outside = Files.writeString(temporary.resolve("outside"), "x");
        Path tree = PrivateDirectories.make(temporary.resolve("tree/deep"));
        Files.createSymbolicLink(tree.resolve("link"), outside);
        PrivateDirectories.remove(temporary.resolve("tree"));
        PrivateDirectories.remove(temporary.resolve("tree"));
        assertFalse(Files.exists(temporary.resolve("tree")));
        assertTrue(Files.exists(outside));
        assertEquals(List.of(), PrivateDirectories.list(tree));
    }

    private static PodRecord record(String id, long createdAt) {
        return PodRecord.newBuilder().setId(id).setCreatedAt(createdAt).build();
    }

    private List<String> files() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }
}
