package dev.berth.tests.coverage;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * Something that a server does, one row of `behaviours.tsv`.
 *
 * @param id the name by which a test says that it shows it
 * @param kind who asks for it
 * @param text the full text of critest's spec, or a sentence
 */
public record Behaviour(String id, Kind kind, String text) {
    private static final String LIST = "behaviours.tsv";

    /** Who asks for a behaviour; the head of the list says why a kind needs no test. */
    public enum Kind {
        /** critest does, and a test here shows the same. */
        SPEC(true, true),
        /** CRI does and critest does not. */
        FEATURE(false, true),
        /** critest measures it and judges little. */
        BENCHMARK(true, false),
        /** critest does, by a plugin of the Node Resource Interface. */
        NRI(true, false),
        /** critest does, on a kernel with SELinux. */
        SELINUX(true, false);

        private final boolean isOfCritest;
        private final boolean needsTest;

        Kind(boolean isOfCritest, boolean needsTest) {
            this.isOfCritest = isOfCritest;
            this.needsTest = needsTest;
        }

        /** Whether critest has a spec of it. */
        public boolean isOfCritest() {
            return isOfCritest;
        }

        /** Whether a test of this project has to show it. */
        public boolean needsTest() {
            return needsTest;
        }
    }

    /** The whole list. */
    public static List<Behaviour> all() {
        try (InputStream list = Objects.requireNonNull(Behaviour.class.getResourceAsStream(LIST), LIST)) {
            return parse(new String(list.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Rows of id, kind and text between tabs; a line that begins with # explains. */
    static List<Behaviour> parse(String list) {
        return list.lines()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .map(Behaviour::row)
                .toList();
    }

    private static Behaviour row(String line) {
        String[] columns = line.split("\t", -1);
        if (columns.length != 3) {
            throw new IllegalArgumentException("'%s' is not id, kind and text between tabs".formatted(line));
        }
        return new Behaviour(columns[0], Kind.valueOf(columns[1].toUpperCase(Locale.ROOT)), columns[2]);
    }
}
