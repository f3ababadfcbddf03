package dev.berth.runtime.cgroup;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CpuWeightTest {
    @ParameterizedTest
    @CsvSource({
        "2,1",
        "10,4",
        "102,17",
        "128,21",
        "256,35",
        "512,59",
        "1024,100",
        "2048,174",
        "4096,303",
        "8192,532",
        "65536,3023",
        "262144,10000",
        "1,1",
        "500000,10000"
    })
    void sharesBecomeTheWeightThatOtherRuntimesGive(long shares, long weight) {
        assertEquals(weight, CpuWeight.ofShares(shares));
    }
}
