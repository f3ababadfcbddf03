package dev.berth.runtime.cni;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.TimeUnit;

/** Runs programs as children of the JVM. */
public final class ProcessRunner implements ProgramRunner {
    /** How long a program that has ended may keep its output open through processes it left behind. */
    private static final long DRAIN_MILLIS = 1_000;

    @Override
    public ProgramOutcome run(Program program) throws InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(program.path().toString());
        builder.environment().clear();
        builder.environment().putAll(program.environment());
        Process process;
        try {
            process = builder.start();
        } catch (IOException failure) {
            return new ProgramOutcome.NotStarted(String.valueOf(failure.getMessage()));
        }
        try {
            return await(process, program);
        } finally {
            if (process.isAlive()) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
            }
        }
    }

    private static ProgramOutcome await(Process process, Program program) throws InterruptedException {
        Drain stdout = new Drain(process.getInputStream());
        Drain stderr = new Drain(process.getErrorStream());
        Thread feeder = Thread.startVirtualThread(() -> feed(process.getOutputStream(), program.stdin()));
        if (!process.waitFor(program.timeout().toNanos(), TimeUnit.NANOSECONDS)) {
            return new ProgramOutcome.TimedOut();
        }
        feeder.interrupt();
        byte[] out = stdout.bytes();
        return new ProgramOutcome.Exited(process.exitValue(), out, stderr.bytes(), stdout.truncated());
    }

    private static void feed(OutputStream stdin, byte[] bytes) {
        try (stdin) {
            stdin.write(bytes);
        } catch (IOException _) {
            // A program need not read its input.
        }
    }

    /** Reads a stream to its end on a thread of its own and keeps the first {@link ProgramRunner#MOST_BYTES} bytes. */
    private static final class Drain {
        private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
        private final Thread thread;
        private volatile boolean truncated;

        Drain(InputStream stream) {
            thread = Thread.startVirtualThread(() -> drain(stream));
        }

        private void drain(InputStream stream) {
            byte[] chunk = new byte[8192];
            try (stream) {
                for (int n = stream.read(chunk); n >= 0; n = stream.read(chunk)) {
                    int room = Math.min(n, MOST_BYTES - kept.size());
                    kept.write(chunk, 0, room);
                    truncated |= room < n;
                }
            } catch (IOException _) {
                // Closed under us: what is kept is all there will be.
            }
        }

        byte[] bytes() throws InterruptedException {
            thread.join(DRAIN_MILLIS);
            return kept.toByteArray();
        }

        boolean truncated() {
            return truncated;
        }
    }
}
