package dev.berth.runtime.probe;

import dev.berth.runtime.kernel.Fd;
import dev.berth.runtime.kernel.Kernel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A user namespace with ids shifted by 100000, held open by a descriptor; the process that made it ends at once. */
final class UserNamespace implements AutoCloseable {
    private static final String MAP = "0 100000 65536";

    private final Fd namespace;

    private UserNamespace(Fd namespace) {
        this.namespace = namespace;
    }

    static UserNamespace open(Kernel kernel) {
        Process holder;
        try {
            // cat ends when its input is closed, so that nothing is left when this process dies here.
            holder = new ProcessBuilder("unshare", "--user", "cat").start();
        } catch (IOException failure) {
            throw new UncheckedIOException("The program unshare, which this needs, cannot be started.", failure);
        }
        try {
            Path proc = Path.of("/proc", Long.toString(holder.pid()));
            awaitUnshared(proc.resolve("ns/user"));
            Files.writeString(proc.resolve("uid_map"), MAP);
            Files.writeString(proc.resolve("gid_map"), MAP);
            return new UserNamespace(
                    new Fd(kernel, kernel.openat(Kernel.AT_FDCWD, proc + "/ns/user", Kernel.O_RDONLY, 0)));
        } catch (IOException failure) {
            throw new UncheckedIOException("No user namespace can be made.", failure);
        } finally {
            end(holder);
        }
    }

    private static void awaitUnshared(Path link) throws IOException {
        Path own = Files.readSymbolicLink(Path.of("/proc/self/ns/user"));
        for (int i = 0; i < 200 && Files.readSymbolicLink(link).equals(own); i++) {
            pause();
        }
        if (Files.readSymbolicLink(link).equals(own)) {
            throw new IOException("user namespaces are not granted");
        }
    }

    private static void pause() {
        try {
            Thread.sleep(5);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private static void end(Process holder) {
        holder.destroyForcibly();
        try {
            holder.waitFor(5, TimeUnit.SECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    int fd() {
        return namespace.number();
    }

    @Override
    public void close() {
        namespace.close();
    }
}
