package dev.berth.runtime.cni;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The networks of a configuration directory. Each look compares names, times and sizes of the files with those of the last one and
 * reads them only when something changed. Safe for use by many threads.
 */
public final class CniConfigs {
    private static final int MOST_FILES = 256;

    private record Stamp(
            Path file,
            FileTime modified,
            long size,
            @Nullable Object inode) {}

    private record Loaded(List<Stamp> stamps, CniState state) {}

    private final Path directory;
    private volatile Loaded loaded = new Loaded(List.of(), new CniState.NotReady("not looked at yet", List.of()));

    public CniConfigs(Path directory) {
        this.directory = directory;
        this.loaded = load(stampsOrNone());
    }

    /** The network in force now, or why there is none. */
    public CniState current() {
        List<Stamp> stamps = stampsOrNone();
        Loaded last = loaded;
        if (!stamps.equals(last.stamps())) {
            last = load(stamps);
            loaded = last;
        }
        return last.state();
    }

    /** The first valid file by name wins; the others' mistakes are kept for who asks why. */
    private Loaded load(List<Stamp> stamps) {
        List<String> problems = new ArrayList<>();
        CniConfig first = null;
        for (Stamp stamp : stamps) {
            try {
                CniConfig config =
                        CniConfig.parse(read(stamp.file()), stamp.file().toString());
                first = first == null ? config : first;
            } catch (CniFailure failure) {
                problems.add(failure.sentence());
            }
        }
        return new Loaded(stamps, first == null ? notReady(problems) : new CniState.Ready(first, problems));
    }

    private CniState notReady(List<String> problems) {
        String reason = problems.isEmpty()
                ? "no CNI network is configured: there is no .conflist, .conf or .json file in %s".formatted(directory)
                : "no CNI network is configured: " + problems.getFirst();
        return new CniState.NotReady(reason, problems);
    }

    private static byte[] read(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] text = in.readNBytes(ProgramRunner.MOST_BYTES + 1);
            if (text.length > ProgramRunner.MOST_BYTES) {
                throw CniFailure.of(CniFailure.Kind.CONFIG, "%s is longer than 1 MiB.".formatted(file));
            }
            return text;
        } catch (IOException failure) {
            throw CniFailure.of(CniFailure.Kind.CONFIG, "%s cannot be read: %s.".formatted(file, failure.getMessage()));
        }
    }

    private List<Stamp> stampsOrNone() {
        try {
            return stamps();
        } catch (IOException failure) {
            boolean absent = failure instanceof NoSuchFileException || failure instanceof NotDirectoryException;
            if (!absent) {
                System.getLogger(CniConfigs.class.getName())
                        .log(System.Logger.Level.WARNING, "cannot list {0}: {1}", directory, failure.getMessage());
            }
            return List.of();
        }
    }

    private List<Stamp> stamps() throws IOException {
        List<Stamp> stamps = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory, "*.{conflist,conf,json}")) {
            for (Path file : entries) {
                BasicFileAttributes attributes = attributesOrNull(file);
                if (attributes != null && attributes.isRegularFile() && stamps.size() < MOST_FILES) {
                    stamps.add(new Stamp(file, attributes.lastModifiedTime(), attributes.size(), attributes.fileKey()));
                }
            }
        }
        Collections.sort(stamps, (a, b) -> a.file().compareTo(b.file()));
        return stamps;
    }

    private static @Nullable BasicFileAttributes attributesOrNull(Path file) {
        try {
            return Files.readAttributes(file, BasicFileAttributes.class);
        } catch (IOException _) {
            return null;
        }
    }
}
