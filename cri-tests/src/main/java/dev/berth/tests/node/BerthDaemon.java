package dev.berth.tests.node;

import dev.berth.tests.client.CriClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** One run of `berth serve`, from start to SIGTERM or SIGKILL. */
public final class BerthDaemon implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Process process;
    private final CriClient client;

    private BerthDaemon(Process process, CriClient client) {
        this.process = process;
        this.client = client;
    }

    /** Starts it with these folders and returns when it answers Version. */
    public static BerthDaemon start(NodeFolders folders, String... moreFlags) throws IOException, InterruptedException {
        Process process = launch(folders, moreFlags);
        try {
            return new BerthDaemon(process, CriClient.connectWhenReady(folders.socket(), PATIENCE));
        } catch (IllegalStateException e) {
            process.destroyForcibly();
            throw new IOException("berth serve did not start; its log says: " + Files.readString(folders.log()), e);
        }
    }

    /** Starts it without waiting for anything. */
    public static Process launch(NodeFolders folders, String... moreFlags) throws IOException {
        Path berth = Project.berth();
        if (!Files.isExecutable(berth)) {
            throw new IOException("There is no command %s; build it with ./mvnw package".formatted(berth));
        }
        List<String> words = new ArrayList<>(List.of(berth.toString(), "serve"));
        words.addAll(folders.flags());
        words.addAll(List.of(moreFlags));
        return new ProcessBuilder(words)
                .directory(folders.folder().toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(folders.log().toFile()))
                .start();
    }

    public CriClient client() {
        return client;
    }

    public long pid() {
        return process.pid();
    }

    /** The folders in /proc of the helper and of every shim. */
    public List<Path> launchers() {
        return ProcessHandle.of(pid()).stream()
                .flatMap(ProcessHandle::descendants)
                .map(process -> Path.of("/proc", Long.toString(process.pid())))
                .filter(BerthDaemon::isLauncher)
                .toList();
    }

    private static boolean isLauncher(Path process) {
        try {
            return Files.readString(process.resolve("comm")).startsWith("berth-shim");
        } catch (IOException _) {
            return false;
        }
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** SIGKILL: no last word. */
    public void kill() throws InterruptedException {
        client.close();
        process.destroyForcibly();
        process.waitFor();
    }

    /** SIGTERM; an error when it does not end within ten seconds. */
    public void terminate() throws IOException, InterruptedException {
        client.close();
        process.destroy();
        if (!process.waitFor(10, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IOException("berth serve did not end within ten seconds of SIGTERM");
        }
    }

    @Override
    public void close() throws IOException {
        try {
            terminate();
        } catch (InterruptedException _) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
