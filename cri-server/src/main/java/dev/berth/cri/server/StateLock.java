package dev.berth.cri.server;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Says that one process, and no second one, owns a state directory. The kernel drops the lock when the process ends in whatever
 * way, so a lock is never stale. The file stays; it names its last owner.
 */
public final class StateLock implements AutoCloseable {
    private static final int MAX_PID_TEXT = 32;

    private final FileChannel channel;

    private StateLock(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * Takes {@code state/lock}, making the directory (0700) when it is absent.
     *
     * @throws AlreadyServing when another process holds it
     */
    public static StateLock take(Path state) throws IOException {
        PrivateDirectory.make(state);
        Path file = state.resolve("lock");
        FileChannel channel = FileChannel.open(
                file,
                Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try {
            if (!locks(channel)) {
                throw new AlreadyServing(
                        "The state directory %s belongs to a running berth%s; stop that one, or give this one its own --state, --root and --socket."
                                .formatted(state, owner(file)));
            }
            channel.truncate(0);
            channel.write(
                    ByteBuffer.wrap((ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII)), 0);
            return new StateLock(channel);
        } catch (IOException | RuntimeException failure) {
            channel.close();
            throw failure;
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private static boolean locks(FileChannel channel) throws IOException {
        try {
            @Nullable FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException _) {
            return false; // This very process holds it.
        }
    }

    private static String owner(Path file) throws IOException {
        String text = Files.readString(file).strip();
        boolean pid = text.length() <= MAX_PID_TEXT && text.chars().allMatch(Character::isDigit) && !text.isEmpty();
        return pid ? " (pid " + text + ")" : "";
    }
}
