package dev.berth.cri.pod;

import dev.berth.runtime.kernel.Errno;
import dev.berth.runtime.kernel.Fd;
import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.kernel.KernelFailure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The process of a pod's shim, found by the name that it gives itself: {@code berth-shim} and the beginning of the pod's id. The
 * credentials of its socket would name whoever made the socket, which is a daemon.
 */
final class ShimProcess {
    private static final String NAME = "berth-shim";
    private static final int SHOWN_DIGITS = 32;

    private ShimProcess() {}

    /** Kills the shim of a pod; one that is gone is fine. */
    static void kill(Kernel kernel, String pod) {
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : processes) {
                if (isShimOf(process, pod)) {
                    kill(kernel, process, pod);
                }
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(
                    "the shim of pod sandbox %s could not be looked for".formatted(pod), failure);
        }
    }

    /** The pidfd is taken first, so that the name that is read afterwards is that of the process it stands for. */
    private static void kill(Kernel kernel, Path process, String pod) {
        int pid = Integer.parseInt(process.getFileName().toString());
        try (Fd pidfd = new Fd(kernel, kernel.pidfdOpen(pid))) {
            if (isShimOf(process, pod)) {
                kernel.pidfdSendSignal(pidfd.number(), Kernel.SIGKILL);
            }
        } catch (KernelFailure failure) {
            if (!failure.is(Errno.ESRCH)) {
                throw failure;
            }
        }
    }

    private static boolean isShimOf(Path process, String pod) {
        try {
            String line = new String(Files.readAllBytes(process.resolve("cmdline")), StandardCharsets.ISO_8859_1);
            return line.startsWith(NAME) && line.contains(pod.substring(0, Math.min(SHOWN_DIGITS, pod.length())));
        } catch (IOException _) {
            return false;
        }
    }
}
