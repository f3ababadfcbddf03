package dev.berth.tests.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class SeriesTest {
    @Test
    void quantilesAreOfTheSortedSamples() {
        Series series = new Series();
        for (int i = 100; i >= 0; i--) {
            series.add(i * 1_000_000L, 2_000_000L);
        }
        assertEquals(0, series.quantile(0));
        assertEquals(50, series.quantile(0.5));
        assertEquals(90, series.quantile(0.9));
        assertEquals(2, series.cpu());
    }

    @Test
    void theTableHoldsTheRatioToEachOther() throws Exception {
        Results results = new Results();
        results.series("op", "berth").add(1_000_000, 1_000_000);
        results.series("op", "peer").add(10_000_000, 4_000_000);
        String table = results.table("berth");
        assertTrue(table.contains("0.100x  0.250x"), table);
    }

    @Test
    void processorTimeOfCgroupTwoIsInMicroseconds() {
        assertEquals(123_000, MachineCpu.usage(List.of("usage_usec 123", "user_usec 100")));
    }
}
