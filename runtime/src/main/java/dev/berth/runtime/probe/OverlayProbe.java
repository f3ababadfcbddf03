package dev.berth.runtime.probe;

import dev.berth.runtime.kernel.Fd;
import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.kernel.KernelFailure;
import java.util.ArrayList;
import java.util.List;

/** Finds the best {@link OverlayBackend} by making an overlay with each and throwing it away; the node's mount table never changes. */
public final class OverlayProbe {
    private final Kernel kernel;

    public OverlayProbe(Kernel kernel) {
        this.kernel = kernel;
    }

    /**
     * @param scratch an empty directory on the file system that will hold layers and upper directories
     * @return MOUNT when no detached overlay can be made
     */
    public OverlayBackend detect(Scratch scratch) {
        List<KernelFailure> failures = new ArrayList<>();
        for (OverlayBackend backend :
                List.of(OverlayBackend.LOWERDIR_FDS, OverlayBackend.LOWERDIR_PLUS, OverlayBackend.LEGACY_STRING)) {
            try {
                attempt(backend, scratch);
                return backend;
            } catch (KernelFailure failure) {
                failures.add(failure);
            }
        }
        failures.forEach(failure -> System.getLogger(OverlayProbe.class.getName())
                .log(System.Logger.Level.DEBUG, "overlay: {0}", failure.getMessage()));
        return OverlayBackend.MOUNT;
    }

    /** Makes an overlay of two layers; some kernels take a key that they do not know and refuse only at the end. */
    void attempt(OverlayBackend backend, Scratch scratch) {
        try (Fd one = scratch.directory("lower1");
                Fd two = scratch.directory("lower2");
                Fd upper = scratch.directory("upper");
                Fd work = scratch.directory("work");
                Fd overlay = new Fd(kernel, kernel.fsopen("overlay"))) {
            int fs = overlay.number();
            switch (backend) {
                case LOWERDIR_FDS -> {
                    kernel.fsconfigFd(fs, "lowerdir+", one.number());
                    kernel.fsconfigFd(fs, "lowerdir+", two.number());
                    kernel.fsconfigFd(fs, "upperdir", upper.number());
                    kernel.fsconfigFd(fs, "workdir", work.number());
                }
                case LOWERDIR_PLUS -> {
                    kernel.fsconfigString(fs, "lowerdir+", path(one));
                    kernel.fsconfigString(fs, "lowerdir+", path(two));
                    upperByPath(fs, upper, work);
                }
                case LEGACY_STRING -> {
                    kernel.fsconfigString(fs, "lowerdir", path(one) + ":" + path(two));
                    upperByPath(fs, upper, work);
                }
                case MOUNT -> throw new IllegalArgumentException("mount(2) would change the node's mount table");
            }
            kernel.fsconfigCreate(fs);
            kernel.close(kernel.fsmount(fs, 0));
        }
    }

    private void upperByPath(int fs, Fd upper, Fd work) {
        kernel.fsconfigString(fs, "upperdir", path(upper));
        kernel.fsconfigString(fs, "workdir", path(work));
    }

    private static String path(Fd fd) {
        return "/proc/self/fd/" + fd.number();
    }
}
