package dev.berth.cri.pod;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.cri.failure.CriFailure;
import dev.berth.runtime.cni.CniCapabilities;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BandwidthTest {
    @Test
    void whatIsNotAskedForIsNotLimited() {
        assertNull(Bandwidth.of(Map.of("other", "10M")));
        assertEquals(
                new CniCapabilities.Bandwidth(0, 0, 1_000_000, Integer.MAX_VALUE),
                Bandwidth.of(Map.of(Bandwidth.EGRESS, "1M")));
    }

    @ParameterizedTest
    @CsvSource({"1000,1000", "10M,10000000", "1.5k,1500", "2Ki,2048", "1Gi,1073741824", "1P,1000000000000000"})
    void quantitiesAreThoseOfKubernetes(String text, long bits) {
        CniCapabilities.Bandwidth both = Bandwidth.of(Map.of(Bandwidth.INGRESS, text, Bandwidth.EGRESS, text));
        assertEquals(new CniCapabilities.Bandwidth(bits, Integer.MAX_VALUE, bits, Integer.MAX_VALUE), both);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "fast", "-1M", "999", "2P", "1e3", "10 M", "99999999999999999999"})
    void whatIsNoRateIsRefusedByName(String text) {
        CriFailure failure = assertThrows(CriFailure.class, () -> Bandwidth.of(Map.of(Bandwidth.INGRESS, text)));
        assertTrue(failure.sentence().startsWith("the annotation kubernetes.io/ingress-bandwidth is"), text);
    }
}
