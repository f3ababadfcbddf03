package dev.berth.cri.stats;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import org.junit.jupiter.api.Test;

class CpuRateTest {
    private static final long SECOND = 1_000_000_000L;

    @Test
    void oneSampleIsNoRateUnlessTheStartIsKnown() {
        assertNull(CpuRate.unknown().sample(SECOND, 5));
        assertEquals(SECOND / 2, CpuRate.since(10 * SECOND).sample(12 * SECOND, SECOND));
    }

    @Test
    void twoSamplesGiveTheTimeUsedInASecond() {
        CpuRate rate = CpuRate.unknown();
        rate.sample(0, 0);
        assertEquals(250_000_000L, rate.sample(4 * SECOND, SECOND));
    }

    @Test
    void callsInQuickSuccessionAreMeasuredAgainstAnOlderSample() {
        CpuRate rate = CpuRate.unknown();
        rate.sample(0, 0);
        rate.sample(10 * SECOND, 10 * SECOND);
        // A millisecond without use must not read as an idle container.
        assertEquals(999_900_009L, rate.sample(10 * SECOND + 1_000_000, 10 * SECOND));
    }

    @Test
    void aCounterThatGoesBackIsNoUse() {
        CpuRate rate = CpuRate.unknown();
        rate.sample(0, SECOND);
        assertEquals(0L, rate.sample(2 * SECOND, 0));
    }
}
