package dev.berth.cri.pod;

import dev.berth.cri.failure.CriFailure;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Whether pods can have user namespaces here. It is tried once, in the background. */
public final class UserNamespaceSupport {
    private static final long PATIENCE_SECONDS = 20;

    private final Supplier<Optional<String>> probe;
    private final CompletableFuture<Optional<String>> missing = new CompletableFuture<>();

    /** @param probe says what is missing, or nothing */
    public UserNamespaceSupport(Supplier<Optional<String>> probe) {
        this.probe = probe;
    }

    /** Begins to find out. */
    public void begin() {
        Thread.ofPlatform().daemon().name("berth-userns").start(() -> {
            try {
                missing.complete(probe.get());
            } catch (RuntimeException failure) {
                missing.complete(Optional.of(failure.toString()));
            }
        });
    }

    /** Whether they work; false while that is being found out. */
    public boolean available() {
        return missing.isDone() && missing.join().isEmpty();
    }

    /** @throws CriFailure UNSUPPORTED with the reason when they do not work here */
    void require() {
        Optional<String> reason = missing.copy()
                .completeOnTimeout(Optional.of("finding out takes too long"), PATIENCE_SECONDS, TimeUnit.SECONDS)
                .join();
        if (reason.isPresent()) {
            throw new CriFailure(
                    CriFailure.Kind.UNSUPPORTED,
                    "a user namespace was asked for, but this node cannot give one (%s); use mode NODE"
                            .formatted(reason.get()),
                    null);
        }
    }
}
