package dev.berth.cri.server;

import dev.berth.cri.failure.CriFailure;
import io.grpc.Context;
import io.grpc.Status;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;

/**
 * What a failed call answers and how it is counted.
 *
 * @param status the gRPC status, with a sentence
 * @param kind the value of the {@code kind} label: the name of a {@link CriFailure.Kind} in lower case, {@code cancelled} or
 *     {@code stopping}
 */
record FailureReply(Status status, String kind) {
    private static final System.Logger LOG = System.getLogger("dev.berth.cri.server");

    /** The status message travels in a header block that clients bound to 8 KiB after escaping. */
    private static final int MAX_SENTENCE = 2000;

    private static final int MAX_TRACE = 16_384;

    /** Maps a failure of {@code method}; one that nobody foresaw is logged here, once, without the request. */
    static FailureReply of(String method, Object request, Throwable failure) {
        return switch (failure) {
            case CriFailure known
            when known.kind() != CriFailure.Kind.INTERNAL ->
                refused(method, known.kind(), known.sentence(), Secrets.in(request));
            case IllegalArgumentException wrong ->
                refused(method, CriFailure.Kind.INVALID, sentence(wrong), Secrets.in(request));
            case InterruptedException _ -> abandoned(method);
            case StreamClosed _ -> abandoned(method);
            default -> unforeseen(method, failure, Secrets.in(request));
        };
    }

    /** The answer for an RPC that is not in the table. */
    static FailureReply unimplemented(String method) {
        Status status = Status.UNIMPLEMENTED.withDescription("Berth does not implement the RPC " + method + ".");
        return new FailureReply(status, label(CriFailure.Kind.UNSUPPORTED));
    }

    private static FailureReply refused(String method, CriFailure.Kind kind, String sentence, Secrets secrets) {
        String shown = bounded(secrets.scrub(sentence), MAX_SENTENCE);
        LOG.log(System.Logger.Level.DEBUG, () -> method + " refused: " + shown);
        return new FailureReply(Status.fromCode(kind.code()).withDescription(shown), label(kind));
    }

    /** Only two things interrupt a call: its context was cancelled, or the server stops. */
    private static FailureReply abandoned(String method) {
        Context context = Context.current();
        if (!context.isCancelled()) {
            return new FailureReply(
                    Status.UNAVAILABLE.withDescription(method + " ended because Berth is stopping."), "stopping");
        }
        boolean late = context.getDeadline() != null && context.getDeadline().isExpired();
        Status status = late ? Status.DEADLINE_EXCEEDED : Status.CANCELLED;
        String reason = late ? "its deadline passed" : "its client went away";
        return new FailureReply(status.withDescription("%s was abandoned: %s.".formatted(method, reason)), "cancelled");
    }

    private static FailureReply unforeseen(String method, Throwable failure, Secrets secrets) {
        String id = "%08x".formatted(ThreadLocalRandom.current().nextInt());
        String trace = bounded(secrets.scrub(trace(failure)), MAX_TRACE);
        LOG.log(System.Logger.Level.ERROR, "Failure {0} in {1}: {2}", id, method, trace);
        String sentence = bounded(secrets.scrub(sentence(failure)), MAX_SENTENCE);
        String shown = "%s failed: %s (failure %s in the log of Berth)".formatted(method, sentence, id);
        return new FailureReply(Status.INTERNAL.withDescription(shown), label(CriFailure.Kind.INTERNAL));
    }

    private static String sentence(Throwable failure) {
        String message = failure.getMessage();
        return message == null || message.isBlank() ? failure.getClass().getSimpleName() : message;
    }

    private static String trace(Throwable failure) {
        StringWriter text = new StringWriter();
        failure.printStackTrace(new PrintWriter(text));
        return text.toString();
    }

    private static String label(CriFailure.Kind kind) {
        return kind.name().toLowerCase(Locale.ROOT);
    }

    private static String bounded(String text, int limit) {
        return text.length() <= limit ? text : text.substring(0, limit) + "…";
    }
}
