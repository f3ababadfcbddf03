package dev.berth.cri.streaming.token;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.cri.failure.CriFailure;
import dev.berth.cri.v1.ExecRequest;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class TokensTest {
    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 10);
    private final Tokens tokens = new Tokens(now::get);
    private final Grant grant = new Grant.Exec(ExecRequest.getDefaultInstance());

    @Test
    void opensOnce() {
        String token = tokens.issue(grant);
        assertEquals(Optional.of(grant), tokens.take("exec", token));
        assertEquals(Optional.empty(), tokens.take("exec", token));
    }

    @Test
    void isUsedUpByAnotherVerb() {
        String token = tokens.issue(grant);
        assertEquals(Optional.empty(), tokens.take("attach", token));
        assertEquals(Optional.empty(), tokens.take("exec", token));
    }

    @Test
    void growsOldAcrossTheClocksOverflow() {
        String token = tokens.issue(grant);
        now.addAndGet(Tokens.LIFE.toNanos());
        assertEquals(Optional.empty(), tokens.take("exec", token));
    }

    @Test
    void areBoundedUntilTheOldestExpire() {
        for (int i = 0; i < Tokens.MOST; i++) {
            tokens.issue(grant);
        }
        CriFailure failure = assertThrows(CriFailure.class, () -> tokens.issue(grant));
        assertEquals(CriFailure.Kind.EXHAUSTED, failure.kind());
        now.addAndGet(Tokens.LIFE.toNanos());
        assertTrue(tokens.issue(grant).length() >= 32);
    }
}
