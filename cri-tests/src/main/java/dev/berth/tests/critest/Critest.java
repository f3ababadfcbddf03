package dev.berth.tests.critest;

import dev.berth.tests.node.Command;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The real critest, adapted to images made here. */
public final class Critest {
    /** The one constant of critest that names bytes which only its own registry has. */
    private static final String UPSTREAM_DIGEST = "9700f9a2f5bf2c45f2f605a0bd3bce7cf37420ec9d3ed50ac2758413308766bf";

    /** What Berth does not claim yet. */
    public static final String NOT_CLAIMED = "NRI";

    private static final long PATIENCE_MINUTES = 30;

    private final Path program;
    private final Path folder;

    private Critest(Path program, Path folder) {
        this.program = program;
        this.folder = folder;
    }

    /**
     * Copies the critest on PATH into the folder with the digest of the image that it pulls by digest replaced.
     *
     * @param digest of our image, with its `sha256:`
     */
    public static Critest adapt(Path folder, String digest) throws IOException {
        byte[] bytes = Files.readAllBytes(Command.require("critest"));
        byte[] theirs = UPSTREAM_DIGEST.getBytes(StandardCharsets.US_ASCII);
        byte[] ours = digest.substring("sha256:".length()).getBytes(StandardCharsets.US_ASCII);
        int found = 0;
        for (int at = indexOf(bytes, theirs, 0); at >= 0; at = indexOf(bytes, theirs, at + theirs.length)) {
            System.arraycopy(ours, 0, bytes, at, ours.length);
            found++;
        }
        if (found == 0) {
            throw new IOException(
                    "This critest does not hold the digest %s that has to be replaced".formatted(UPSTREAM_DIGEST));
        }
        Path program = Files.write(folder.resolve("critest"), bytes);
        if (!program.toFile().setExecutable(true)) {
            throw new IOException("The copy %s cannot be made executable".formatted(program));
        }
        return new Critest(program, folder);
    }

    /** Runs it to its end against a socket; its log is `NAME.log` in the folder. */
    List<CritestSpec> run(Path socket, CritestRun run) throws IOException, InterruptedException {
        Path report = folder.resolve(run.name() + ".json");
        Path log = folder.resolve(run.name() + ".log");
        Files.deleteIfExists(report);
        List<String> words = new ArrayList<>(List.of(
                program.toString(),
                "-runtime-endpoint=unix://" + socket,
                "-ginkgo.json-report=" + report,
                "-ginkgo.no-color"));
        words.addAll(run.flags());
        Process process = new ProcessBuilder(words)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        if (!process.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES)) {
            process.destroyForcibly();
            throw new IOException("critest did not end within %d minutes; see %s".formatted(PATIENCE_MINUTES, log));
        }
        if (!Files.exists(report)) {
            throw new IOException("critest made no report; it said: " + Files.readString(log));
        }
        return CritestReport.read(report);
    }

    private static int indexOf(byte[] bytes, byte[] part, int from) {
        outer:
        for (int i = from; i <= bytes.length - part.length; i++) {
            for (int j = 0; j < part.length; j++) {
                if (bytes[i + j] != part[j]) {
                    continue outer;
                }
            }
            return i;
        }
        return -1;
    }
}
