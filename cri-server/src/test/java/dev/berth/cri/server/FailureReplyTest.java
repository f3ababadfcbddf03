package dev.berth.cri.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.cri.failure.CriFailure;
import dev.berth.cri.v1.AuthConfig;
import dev.berth.cri.v1.ImageSpec;
import dev.berth.cri.v1.PullImageRequest;
import dev.berth.runtime.kernel.Errno;
import dev.berth.runtime.kernel.KernelFailure;
import io.grpc.Context;
import io.grpc.Status;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FailureReplyTest {
    private static final PullImageRequest PULL = PullImageRequest.newBuilder()
            .setImage(ImageSpec.newBuilder().setImage("registry.example/app:1"))
            .setAuth(AuthConfig.newBuilder()
                    .setUsername("robot")
                    .setPassword("hunter2hunter2")
                    .setIdentityToken("token-of-robot"))
            .build();

    @ParameterizedTest
    @EnumSource(CriFailure.Kind.class)
    void aKnownFailureAnswersWithTheCodeOfItsKind(CriFailure.Kind kind) {
        FailureReply reply = FailureReply.of("Version", PULL, new CriFailure(kind, "No such thing.", null));
        assertEquals(kind.code(), reply.status().getCode());
        assertEquals(kind.name().toLowerCase(java.util.Locale.ROOT), reply.kind());
        assertTrue(reply.status().getDescription().contains("No such thing."));
    }

    @Test
    void aWrongArgumentIsTheCallersFault() {
        FailureReply reply = FailureReply.of("Version", PULL, new IllegalArgumentException("The uid -1 is negative."));
        assertEquals(Status.Code.INVALID_ARGUMENT, reply.status().getCode());
        assertEquals("The uid -1 is negative.", reply.status().getDescription());
    }

    @Test
    void aFailedSystemCallIsInternalAndLoggedOnceWithTheIdThatTheClientSees() {
        try (LogCapture log = new LogCapture("dev.berth.cri.server")) {
            KernelFailure failure = new KernelFailure("mkdirat", "7, \"etc\", 0755", Errno.ENOSPC.number());
            FailureReply reply = FailureReply.of("RunPodSandbox", PULL, failure);
            assertEquals(Status.Code.INTERNAL, reply.status().getCode());
            String sentence = reply.status().getDescription();
            assertTrue(
                    sentence.startsWith("RunPodSandbox failed: mkdirat(7, \"etc\", 0755) = ENOSPC (failure "),
                    sentence);
            String id = sentence.replaceAll(".*\\(failure ([0-9a-f]{8}) .*", "$1");
            assertEquals(1, log.lines().size());
            assertTrue(log.lines().getFirst().contains(id), log.lines().getFirst());
            assertTrue(log.lines().getFirst().contains("at dev.berth"), "the stack trace is in the log");
        }
    }

    @Test
    void anInterruptWithoutACancelledContextMeansThatTheServerStops() {
        FailureReply reply = FailureReply.of("ExecSync", PULL, new InterruptedException());
        assertEquals(Status.Code.UNAVAILABLE, reply.status().getCode());
        assertEquals("stopping", reply.kind());
    }

    @Test
    void anInterruptOfACancelledContextMeansThatTheClientWentAway() {
        Context.CancellableContext context = Context.current().withCancellation();
        context.cancel(new CancellationException());
        context.run(() -> {
            FailureReply reply = FailureReply.of("ExecSync", PULL, new InterruptedException());
            assertEquals(Status.Code.CANCELLED, reply.status().getCode());
            assertEquals("cancelled", reply.kind());
        });
    }

    @Test
    void aLongMessageIsCutToWhatClientsAccept() {
        FailureReply reply = FailureReply.of("Version", PULL, CriFailure.invalid("x".repeat(100_000)));
        assertEquals(2001, reply.status().getDescription().length());
    }

    @Test
    void aSecretInAnExceptionReachesNeitherTheLogNorTheClient() {
        try (LogCapture log = new LogCapture("dev.berth.cri.server")) {
            for (Throwable failure : List.of(
                    new IllegalStateException("cannot pull " + PULL, new RuntimeException("401 for hunter2hunter2")),
                    new IllegalArgumentException("bad " + PULL),
                    new CriFailure(CriFailure.Kind.DENIED, "token-of-robot was refused", null))) {
                FailureReply reply = FailureReply.of("PullImage", PULL, failure);
                assertClean(reply.status().getDescription());
            }
            assertFalse(log.lines().isEmpty());
            log.lines().forEach(FailureReplyTest::assertClean);
        }
    }

    private static void assertClean(String text) {
        assertFalse(text.contains("hunter2"), text);
        assertFalse(text.contains("token-of-robot"), text);
        assertTrue(text.contains("[redacted]"), text);
    }
}
