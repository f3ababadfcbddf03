package dev.berth.cri.cdi;

import dev.berth.cri.failure.CriFailure;
import dev.berth.cri.v1.ContainerConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The CDI devices of this node, read anew whenever a container asks for one: a device plugin may write its spec a moment before.
 * Of two specs with the same device the one in the later directory counts; within one directory neither does.
 */
public final class CdiDevices {
    private static final String ANNOTATIONS = "cdi.k8s.io/";
    private static final int MOST_FILES = 1000;
    private static final int MOST_ASKED = 256;

    private final List<Path> directories;

    public CdiDevices(List<Path> directories) {
        this.directories = List.copyOf(directories);
    }

    /**
     * What is there.
     *
     * @param problems a sentence for each file that cannot be used
     */
    record Found(List<CdiSpec> specs, List<String> problems) {}

    /**
     * What the devices that a container asks for, by field and by annotation, add to it.
     *
     * @throws CriFailure INVALID for a malformed name, a conflict or a device that needs what Berth does not do, NOT_FOUND for an
     *     unknown one
     */
    public CdiEdits of(ContainerConfig config) {
        Set<CdiName> names = asked(config);
        if (names.isEmpty()) {
            return CdiEdits.NONE;
        }
        if (names.size() > MOST_ASKED) {
            throw CriFailure.invalid(
                    "the container asks for %d CDI devices; at most %d are given".formatted(names.size(), MOST_ASKED));
        }
        Found found = read();
        CdiEdits edits = CdiEdits.NONE;
        Set<CdiSpec> applied = new LinkedHashSet<>();
        for (CdiName name : names) {
            CdiSpec spec = spec(name, found);
            CdiEdits device = spec.devices().getOrDefault(name.device(), CdiEdits.NONE);
            CdiEdits added = applied.add(spec) ? spec.edits().and(device) : device;
            if (!added.unsupported().isEmpty()) {
                throw CriFailure.invalid("the CDI device %s of %s needs %s, which Berth does not do"
                        .formatted(name, spec.file(), String.join(" and ", added.unsupported())));
            }
            edits = edits.and(added);
        }
        return edits;
    }

    private static Set<CdiName> asked(ContainerConfig config) {
        Set<CdiName> names = new LinkedHashSet<>();
        config.getCDIDevicesList().forEach(device -> names.add(CdiName.parse(device.getName())));
        new TreeMap<>(config.getAnnotationsMap()).forEach((key, value) -> {
            if (key.startsWith(ANNOTATIONS)) {
                Stream.of(value.split(",", -1)).map(CdiName::parse).forEach(names::add);
            }
        });
        return names;
    }

    private static CdiSpec spec(CdiName name, Found found) {
        List<CdiSpec> having = found.specs().stream()
                .filter(spec ->
                        spec.kind().equals(name.kind()) && spec.devices().containsKey(name.device()))
                .toList();
        int last = having.stream().mapToInt(CdiSpec::directory).max().orElse(-1);
        List<CdiSpec> counting =
                having.stream().filter(spec -> spec.directory() == last).toList();
        if (counting.isEmpty()) {
            String broken = found.problems().isEmpty() ? "" : "; not read: " + String.join("; ", found.problems());
            throw CriFailure.notFound("no CDI spec of this node has the device %s%s".formatted(name, broken));
        }
        if (counting.size() > 1) {
            throw CriFailure.invalid("the CDI device %s is in both %s and %s; remove one of them"
                    .formatted(name, counting.get(0).file(), counting.get(1).file()));
        }
        return counting.getFirst();
    }

    /** Every device of the node, by name, with the file that it comes from; for showing. */
    public Map<String, Path> all() {
        Map<String, Path> devices = new TreeMap<>();
        for (CdiSpec spec : read().specs()) {
            spec.devices()
                    .keySet()
                    .forEach(device -> devices.put(new CdiName(spec.kind(), device).toString(), spec.file()));
        }
        return devices;
    }

    /** A sentence for each spec file that cannot be used. */
    public List<String> problems() {
        return read().problems();
    }

    private Found read() {
        List<CdiSpec> specs = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        for (int i = 0; i < directories.size(); i++) {
            for (Path file : files(directories.get(i), problems)) {
                try {
                    specs.add(CdiReader.read(file, i));
                } catch (IllegalArgumentException wrong) {
                    problems.add("%s: %s".formatted(file, wrong.getMessage()));
                }
            }
        }
        return new Found(specs, problems);
    }

    private static List<Path> files(Path directory, List<String> problems) {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(directory)) {
            List<Path> files = entries.filter(CdiDevices::isSpec)
                    .limit(MOST_FILES + 1)
                    .sorted()
                    .toList();
            if (files.size() > MOST_FILES) {
                problems.add("%s has more than %d specs".formatted(directory, MOST_FILES));
                return List.of();
            }
            return files;
        } catch (IOException failure) {
            problems.add("%s cannot be read: %s".formatted(directory, failure.getMessage()));
            return List.of();
        }
    }

    private static boolean isSpec(Path file) {
        String name = String.valueOf(file.getFileName());
        return (name.endsWith(".json") || name.endsWith(".yaml")) && Files.isRegularFile(file);
    }
}
