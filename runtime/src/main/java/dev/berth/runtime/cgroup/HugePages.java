package dev.berth.runtime.cgroup;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;

/** The huge page sizes of this node. */
public final class HugePages {
    /** Has one directory for each size, named {@code hugepages-2048kB}. */
    public static final Path DIRECTORY = Path.of("/sys/kernel/mm/hugepages");

    private HugePages() {}

    /** Sizes spelled as cgroup files spell them: {@code 64KB}, {@code 2MB}, {@code 1GB}. */
    public static Set<String> sizes(Path directory) {
        Set<String> sizes = new TreeSet<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory, "hugepages-*kB")) {
            for (Path entry : entries) {
                String name = entry.getFileName().toString();
                sizes.add(spell(StatText.number(name.substring("hugepages-".length(), name.length() - 2), 0)));
            }
        } catch (IOException _) {
            // No such directory: a kernel without huge pages.
        }
        return sizes;
    }

    private static String spell(long kilobytes) {
        if (kilobytes >= 1 << 20) {
            return (kilobytes >> 20) + "GB";
        }
        return kilobytes >= 1 << 10 ? (kilobytes >> 10) + "MB" : kilobytes + "KB";
    }
}
