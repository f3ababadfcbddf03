package dev.berth.cri.network;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.berth.cri.record.ReplacedFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A network configuration list with placeholders for the pod CIDR: {@code {{.PodCIDR}}} is the first range, and {@code
 * {{.PodCIDRRanges}}} all of them in the form of host-local's {@code ranges}.
 */
public final class PodCidrTemplate {
    private static final String NAME = "10-berth";
    private static final String SUFFIX = ".conflist";
    private static final String FIRST = "{{.PodCIDR}}";
    private static final String RANGES = "{{.PodCIDRRanges}}";

    private final Path template;
    private final Path directory;

    /** @param directory where {@code 10-berth.conflist} is written */
    public PodCidrTemplate(Path template, Path directory) {
        this.template = template;
        this.directory = directory;
    }

    /** Writes the list, by rename, unless it is there as it would be written. */
    public void write(List<String> cidrs) throws IOException {
        String text = fill(Files.readString(template), cidrs);
        Path file = directory.resolve(NAME + SUFFIX);
        if (Files.exists(file) && Files.readString(file).equals(text)) {
            return;
        }
        Files.createDirectories(directory);
        ReplacedFile.write(directory, NAME, SUFFIX, text.getBytes(UTF_8));
    }

    static String fill(String template, List<String> cidrs) {
        String ranges = cidrs.stream()
                .map(cidr -> "[{\"subnet\": \"%s\"}]".formatted(cidr))
                .collect(Collectors.joining(", ", "[", "]"));
        return template.replace(RANGES, ranges).replace(FIRST, cidrs.getFirst());
    }
}
