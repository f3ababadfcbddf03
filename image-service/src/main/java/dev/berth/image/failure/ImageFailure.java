package dev.berth.image.failure;

import org.jspecify.annotations.Nullable;

/** An operation on an image that did not succeed; the message is a sentence for the person who asked for it. */
public final class ImageFailure extends RuntimeException {
    /** What sort of failure, for callers that map or count them. */
    public enum Kind {
        /** The name of an image is not one, or means several images. */
        INVALID_REFERENCE,
        /** The registry or the store has no such image. */
        NOT_FOUND,
        /** The registry wants other credentials. */
        DENIED,
        /** The registry could not be reached, or answered too slowly or with an error of its own: worth another try. */
        UNAVAILABLE,
        /** What arrived is not what was promised: wrong digest, truncated, malformed, or trying to leave its directory. */
        CORRUPT,
        /** The disk is full. */
        NO_SPACE,
        /** Nobody waits for the result any more. */
        CANCELLED,
        /** A format that this version does not handle. */
        UNSUPPORTED,
        /** The store or its configuration is at fault. */
        INTERNAL
    }

    private final Kind kind;
    private final String sentence;

    public ImageFailure(Kind kind, String sentence) {
        this(kind, sentence, null);
    }

    public ImageFailure(Kind kind, String sentence, @Nullable Throwable cause) {
        super(sentence, cause);
        this.kind = kind;
        this.sentence = sentence;
    }

    public Kind kind() {
        return kind;
    }

    @Override
    public String getMessage() {
        return sentence;
    }

    /** The same failure told to one of several callers, so that each has its own stack trace. */
    public ImageFailure again() {
        return new ImageFailure(kind, sentence, this);
    }
}
