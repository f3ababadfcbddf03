package dev.berth.cri.failure;

import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * A request that cannot be granted. The message is one sentence or two: what was asked, what is wrong, what would be right. The
 * kind decides the gRPC code.
 */
public final class CriFailure extends RuntimeException {
    /** Kinds of failure; each is counted on its own in the metrics. */
    public enum Kind {
        /** The request itself is wrong and would be wrong at any time. */
        INVALID(Status.Code.INVALID_ARGUMENT),
        NOT_FOUND(Status.Code.NOT_FOUND),
        /** The name is taken by something of another configuration. */
        CONFLICT(Status.Code.ALREADY_EXISTS),
        /** The thing exists, but its state forbids the request now. */
        STATE(Status.Code.FAILED_PRECONDITION),
        DEADLINE(Status.Code.DEADLINE_EXCEEDED),
        /** Something outside (registry, network plugin) does not answer or is not ready; a retry may work. */
        UNAVAILABLE(Status.Code.UNAVAILABLE),
        DENIED(Status.Code.PERMISSION_DENIED),
        EXHAUSTED(Status.Code.RESOURCE_EXHAUSTED),
        UNSUPPORTED(Status.Code.UNIMPLEMENTED),
        INTERNAL(Status.Code.INTERNAL);

        private final Status.Code code;

        Kind(Status.Code code) {
            this.code = code;
        }

        public Status.Code code() {
            return code;
        }
    }

    private final Kind kind;

    public CriFailure(Kind kind, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    public static CriFailure invalid(String message) {
        return new CriFailure(Kind.INVALID, message, null);
    }

    public static CriFailure notFound(String message) {
        return new CriFailure(Kind.NOT_FOUND, message, null);
    }

    public static CriFailure state(String message) {
        return new CriFailure(Kind.STATE, message, null);
    }

    public static CriFailure internal(String message, Throwable cause) {
        return new CriFailure(Kind.INTERNAL, message, cause);
    }

    public Kind kind() {
        return kind;
    }

    /** The message, always present. */
    public String sentence() {
        String message = getMessage();
        return message == null ? kind.name() : message;
    }
}
