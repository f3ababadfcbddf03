package dev.berth.runtime.capability;

import static dev.berth.runtime.testing.Refusal.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CapabilityTest {
    @ParameterizedTest
    @ValueSource(strings = {"NET_ADMIN", "net_admin", "CAP_NET_ADMIN", "cap_net_admin", "Cap_Net_Admin"})
    void isReadInAnyCaseWithOrWithoutPrefix(String name) {
        assertEquals(Capability.CAP_NET_ADMIN, Capability.parse(name));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "CAP_", "ALL", "NET_ADMINS", " NET_ADMIN", "CAP_CAP_CHOWN"})
    void isRefusedUnderAnyOtherName(String name) {
        assertRefused("\"" + name + "\" is not known", () -> Capability.parse(name));
    }

    @Test
    void numbersAreTheKernelsWithoutGaps() {
        List<Integer> numbers =
                Arrays.stream(Capability.values()).map(Capability::number).toList();
        assertEquals(IntStream.rangeClosed(0, 40).boxed().toList(), numbers);
        assertEquals(12, Capability.CAP_NET_ADMIN.number());
        assertEquals(21, Capability.CAP_SYS_ADMIN.number());
        assertEquals(40, Capability.CAP_CHECKPOINT_RESTORE.number());
    }

    @Test
    void theDefaultSetIsTheMaskThatDockerUses() {
        assertEquals(0xa80425fbL, CapabilitySet.DEFAULTS.mask());
    }

    @Test
    void aSetUpToTheLastCapabilityHasNoBitBeyond() {
        assertEquals(0x1ffffffffffL, CapabilitySet.upTo(40).mask());
        assertEquals(1, CapabilitySet.upTo(0).mask());
        assertEquals(-1L, CapabilitySet.upTo(63).mask());
        assertThrows(IllegalArgumentException.class, () -> CapabilitySet.upTo(64));
        assertThrows(IllegalArgumentException.class, () -> CapabilitySet.upTo(-1));
    }

    @Test
    void aSetNamesItsMembersInOrder() {
        CapabilitySet set = CapabilitySet.of(Capability.CAP_SYS_ADMIN, Capability.CAP_CHOWN);
        assertEquals(List.of(Capability.CAP_CHOWN, Capability.CAP_SYS_ADMIN), set.capabilities());
        assertEquals("[CAP_CHOWN, CAP_SYS_ADMIN] (0x200001)", set.toString());
    }
}
