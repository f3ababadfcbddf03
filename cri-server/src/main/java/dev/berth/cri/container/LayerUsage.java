package dev.berth.cri.container;

import dev.berth.cri.pod.Platform;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.FileVisitor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Space and inodes of writable layers. Only what the container wrote is walked, never the image, and not more than every ten seconds. */
final class LayerUsage {
    private static final long FRESH = Duration.ofSeconds(10).toNanos();

    /**
     * @param timestamp nanoseconds since the epoch
     */
    record Usage(long timestamp, long bytes, long inodes) {}

    private final Platform platform;
    private final Map<String, Usage> known = new ConcurrentHashMap<>();

    LayerUsage(Platform platform) {
        this.platform = platform;
    }

    Usage of(String container) {
        Usage last = known.get(container);
        if (last != null && platform.now() - last.timestamp() < FRESH) {
            return last;
        }
        Usage fresh = walk(platform.layout().writableLayer(container).resolve(WritableLayer.UPPER));
        known.put(container, fresh);
        return fresh;
    }

    /** Forgets all but these containers. */
    void retain(Set<String> containers) {
        known.keySet().retainAll(containers);
    }

    private Usage walk(Path upper) {
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
        };
        try {
            Files.walkFileTree(upper, adder);
        } catch (IOException _) {
            // The container was removed meanwhile: what was counted is the answer.
        }
        return new Usage(platform.now(), sums[0], sums[1]);
    }
}
