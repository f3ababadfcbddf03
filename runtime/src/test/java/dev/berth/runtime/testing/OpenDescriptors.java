package dev.berth.runtime.testing;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** How many descriptors this process had open at a moment, the jars of its own program left out, which are opened when they are first needed. */
public record OpenDescriptors(long count) {
    private static final int TRIES = 500;

    public static OpenDescriptors now() throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            return new OpenDescriptors(open.filter(fd -> !isJar(fd)).count());
        }
    }

    private static boolean isJar(Path fd) {
        try {
            return Files.readSymbolicLink(fd).toString().endsWith(".jar");
        } catch (IOException _) {
            return true; // Closed meanwhile, as the one of the listing itself.
        }
    }

    /** Waits until there are no more than then; an end that is told by another thread takes a moment to be closed. */
    public void assertNoMoreAreOpen() throws IOException, InterruptedException {
        long open = now().count();
        for (int i = 0; i < TRIES && open > count; i++) {
            Thread.sleep(10);
            open = now().count();
        }
        assertTrue(open <= count, "%d descriptors are open, %d were before".formatted(open, count));
    }
}
