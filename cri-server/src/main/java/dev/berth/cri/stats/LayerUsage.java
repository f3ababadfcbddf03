package dev.berth.cri.stats;

import dev.berth.cri.pod.Change;
import dev.berth.cri.pod.Platform;
import dev.berth.cri.v1.ContainerEventType;
import dev.berth.cri.v1.FilesystemIdentifier;
import dev.berth.cri.v1.FilesystemUsage;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.FileVisitor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Space and inodes of writable layers. Only what the container wrote is walked, never the image, and not more than every ten
 * seconds; whoever asks meanwhile, or while a later walk goes on, gets the last result.
 */
public final class LayerUsage {
    private static final long FRESH = Duration.ofSeconds(10).toNanos();
    private static final String UPPER = "upper";

    /**
     * @param timestamp nanoseconds since the epoch
     */
    private record Usage(long timestamp, long bytes, long inodes, boolean renewing) {
        Usage markRenewing() {
            return new Usage(timestamp, bytes, inodes, true);
        }
    }

    private final Platform platform;
    private final Map<String, Usage> known = new ConcurrentHashMap<>();
    private final ReentrantLock walking = new ReentrantLock();

    public LayerUsage(Platform platform) {
        this.platform = platform;
    }

    /** Space of one container's layer. */
    FilesystemUsage filesystem(String container) {
        Usage usage = of(container);
        return usage(platform.layout().root(), usage.timestamp(), usage.bytes(), usage.inodes());
    }

    /** Bytes that one container wrote. */
    public long bytes(String container) {
        return of(container).bytes();
    }

    /** Space of the layers of all these containers together. */
    public FilesystemUsage total(Path mountpoint, Collection<String> containers) {
        long bytes = 0;
        long inodes = 0;
        for (String container : containers) {
            Usage usage = of(container);
            bytes += usage.bytes();
            inodes += usage.inodes();
        }
        return usage(mountpoint, platform.now(), bytes, inodes);
    }

    private static FilesystemUsage usage(Path mountpoint, long timestamp, long bytes, long inodes) {
        return FilesystemUsage.newBuilder()
                .setTimestamp(timestamp)
                .setFsId(FilesystemIdentifier.newBuilder().setMountpoint(mountpoint.toString()))
                .setUsedBytes(UsageView.value(bytes))
                .setInodesUsed(UsageView.value(inodes))
                .build();
    }

    private Usage of(String container) {
        Usage last = known.get(container);
        if (last == null) {
            Usage first = walk(container);
            known.put(container, first);
            return first;
        }
        if (platform.now() - last.timestamp() >= FRESH
                && !last.renewing()
                && known.replace(container, last, last.markRenewing())) {
            Thread.ofVirtual().name("layer usage").start(() -> renew(container));
        }
        return last;
    }

    /** One walk at a time: they spend their time in system calls. */
    private void renew(String container) {
        walking.lock();
        try {
            Usage fresh = walk(container);
            known.computeIfPresent(container, (_, _) -> fresh);
        } finally {
            walking.unlock();
        }
    }

    /** Forgets a container that is gone. */
    public void changed(Change change) {
        if (change.type() == ContainerEventType.CONTAINER_DELETED_EVENT) {
            known.remove(change.id());
        }
    }

    private Usage walk(String container) {
        long[] sums = new long[2];
        FileVisitor<Path> adder = new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                sums[1]++;
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                sums[0] += attributes.size();
                sums[1]++;
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException gone) {
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException gone) {
                return FileVisitResult.CONTINUE;
            }
        };
        try {
            Files.walkFileTree(platform.layout().writableLayer(container).resolve(UPPER), adder);
        } catch (IOException _) {
            // The container was removed meanwhile: what was counted is the answer.
        }
        return new Usage(platform.now(), sums[0], sums[1], false);
    }
}
