package dev.berth.image.layer;

import dev.berth.image.failure.ImageFailure;
import dev.berth.runtime.kernel.KernelFailure;

/** Says what a failed system call means for an image. */
public final class KernelFailures {
    private KernelFailures() {}

    /** @param action what could not be done, as a sentence without its end */
    public static ImageFailure told(String action, KernelFailure failure) {
        ImageFailure.Kind kind = switch (failure.errno()) {
            case ENOSPC, EDQUOT -> ImageFailure.Kind.NO_SPACE;
            case ENAMETOOLONG, ELOOP, ENOTDIR, EISDIR, E2BIG, ERANGE -> ImageFailure.Kind.CORRUPT;
            default -> ImageFailure.Kind.INTERNAL;
        };
        String why = kind == ImageFailure.Kind.NO_SPACE ? "no space is left on the disk" : failure.getMessage();
        return new ImageFailure(kind, "%s: %s".formatted(action, why), failure);
    }
}
