package dev.berth.cri.image;

import dev.berth.cri.failure.CriFailure;
import dev.berth.image.failure.ImageFailure;

/** Failures of images in CRI's terms. */
final class ImageFailures {
    private ImageFailures() {}

    static CriFailure told(ImageFailure failure) {
        CriFailure.Kind kind = switch (failure.kind()) {
            case INVALID_REFERENCE -> CriFailure.Kind.INVALID;
            case NOT_FOUND -> CriFailure.Kind.NOT_FOUND;
            case DENIED -> CriFailure.Kind.DENIED;
            case UNAVAILABLE, CANCELLED -> CriFailure.Kind.UNAVAILABLE;
            case NO_SPACE -> CriFailure.Kind.EXHAUSTED;
            case UNSUPPORTED -> CriFailure.Kind.UNSUPPORTED;
            case CORRUPT, INTERNAL -> CriFailure.Kind.INTERNAL;
        };
        return new CriFailure(kind, String.valueOf(failure.getMessage()), failure);
    }
}
