package dev.berth.runtime.capability;

import static dev.berth.runtime.capability.Capability.CAP_CHOWN;
import static dev.berth.runtime.capability.Capability.CAP_NET_ADMIN;
import static dev.berth.runtime.capability.Capability.CAP_NET_RAW;
import static dev.berth.runtime.capability.Capability.CAP_SYS_ADMIN;
import static dev.berth.runtime.capability.Capability.CAP_SYS_RESOURCE;
import static dev.berth.runtime.testing.Refusal.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class NodeCapabilitiesTest {
    private static final CapabilitySet ALL = CapabilitySet.upTo(40);
    private static final NodeCapabilities NODE = new NodeCapabilities(CapabilitySet.DEFAULTS, ALL, 40);

    @Test
    void nothingAskedGivesTheDefaultsAndNothingInheritable() {
        ResolvedCapabilities resolved = NODE.resolve(CapabilityRequest.NOTHING);
        assertEquals(CapabilitySet.DEFAULTS, resolved.granted());
        assertEquals(CapabilitySet.NONE, resolved.inheritable());
        assertEquals(CapabilitySet.NONE, resolved.ambient());
        assertEquals(CapabilitySet.NONE, resolved.lost());
    }

    @Test
    void singleCapabilitiesAreAddedToAndDroppedFromTheDefaults() {
        ResolvedCapabilities resolved = NODE.resolve(request(List.of("net_admin"), List.of("CAP_NET_RAW")));
        assertEquals(
                CapabilitySet.DEFAULTS.plus(CapabilitySet.of(CAP_NET_ADMIN)).minus(CapabilitySet.of(CAP_NET_RAW)),
                resolved.granted());
    }

    @Test
    void addingAllGivesWhatTheKernelHasAndDroppingAllNothing() {
        assertEquals(ALL, NODE.resolve(request(List.of("ALL"), List.of())).granted());
        assertEquals(ALL, NODE.resolve(request(List.of("cap_all"), List.of())).granted());
        assertEquals(
                CapabilitySet.NONE,
                NODE.resolve(request(List.of(), List.of("all"))).granted());
    }

    @Test
    void singleNamesWinOverAllAndDropsOverAdds() {
        assertEquals(
                CapabilitySet.of(CAP_CHOWN),
                NODE.resolve(request(List.of("CHOWN"), List.of("ALL"))).granted());
        assertEquals(
                ALL.minus(CapabilitySet.of(CAP_SYS_ADMIN)),
                NODE.resolve(request(List.of("ALL"), List.of("SYS_ADMIN"))).granted());
        assertEquals(
                CapabilitySet.NONE,
                NODE.resolve(request(List.of("ALL"), List.of("ALL"))).granted());
        assertEquals(
                CapabilitySet.DEFAULTS,
                NODE.resolve(request(List.of("SYS_ADMIN"), List.of("SYS_ADMIN")))
                        .granted());
    }

    @Test
    void aPrivilegedContainerStartsFromEverything() {
        CapabilityRequest request = new CapabilityRequest(true, List.of(), List.of("NET_RAW"), List.of());
        assertEquals(
                ALL.minus(CapabilitySet.of(CAP_NET_RAW)), NODE.resolve(request).granted());
    }

    @Test
    void whatTheRuntimeItselfLacksIsReportedAsLost() {
        CapabilitySet lacking = CapabilitySet.of(CAP_SYS_RESOURCE);
        NodeCapabilities node = new NodeCapabilities(CapabilitySet.DEFAULTS, ALL.minus(lacking), 40);
        ResolvedCapabilities resolved = node.resolve(new CapabilityRequest(true, List.of(), List.of(), List.of()));
        assertEquals(ALL.minus(lacking), resolved.granted());
        assertEquals(lacking, resolved.lost());
        assertEquals(CapabilitySet.NONE, node.resolve(CapabilityRequest.NOTHING).lost());
    }

    @Test
    void ambientCapabilitiesAreInheritableAsWell() {
        CapabilityRequest request = new CapabilityRequest(false, List.of("NET_ADMIN"), List.of(), List.of("NET_ADMIN"));
        ResolvedCapabilities resolved = NODE.resolve(request);
        assertEquals(CapabilitySet.of(CAP_NET_ADMIN), resolved.ambient());
        assertEquals(CapabilitySet.of(CAP_NET_ADMIN), resolved.inheritable());
    }

    @Test
    void ambientCapabilitiesNeverWidenTheSet() {
        CapabilityRequest request = new CapabilityRequest(false, List.of(), List.of(), List.of("SYS_ADMIN", "CHOWN"));
        assertRefused(
                "ambient capabilities [CAP_SYS_ADMIN] are not among the container's capabilities; add them to add_capabilities as well",
                () -> NODE.resolve(request));
    }

    @Test
    void ambientCapabilitiesThatTheRuntimeLacksAreLostToo() {
        NodeCapabilities node = new NodeCapabilities(CapabilitySet.DEFAULTS, CapabilitySet.of(CAP_CHOWN), 40);
        ResolvedCapabilities resolved =
                node.resolve(new CapabilityRequest(false, List.of(), List.of(), List.of("CHOWN", "KILL")));
        assertEquals(CapabilitySet.of(CAP_CHOWN), resolved.ambient());
        assertTrue(resolved.lost().contains(Capability.CAP_KILL));
    }

    @Test
    void unknownNamesAreRefusedWhereverTheyStand() {
        List<String> unknown = List.of("NOT_THERE");
        for (CapabilityRequest request : List.of(
                request(unknown, List.of()),
                request(List.of(), unknown),
                new CapabilityRequest(false, List.of(), List.of(), unknown))) {
            assertRefused("NOT_THERE", () -> NODE.resolve(request));
        }
    }

    @Test
    void theNodeIsReadFromTheKernel() {
        NodeCapabilities node = NodeCapabilities.current(CapabilitySet.DEFAULTS);
        assertTrue(node.lastCap() >= 40, "every kernel from 5.9 has 41 capabilities");
        assertEquals(CapabilitySet.NONE, node.bounding().minus(CapabilitySet.upTo(node.lastCap())));
    }

    @Test
    void theBoundingSetIsALineOfTheProcessStatus() {
        assertEquals(
                0x1fcL,
                NodeCapabilities.read(CapabilitySet.NONE, "Name:\tx\nCapBnd:\t00000000000001fc\n", "40\n")
                        .bounding()
                        .mask());
        assertThrows(
                IllegalArgumentException.class, () -> NodeCapabilities.read(CapabilitySet.NONE, "Name:\tx\n", "40\n"));
    }

    private static CapabilityRequest request(List<String> add, List<String> drop) {
        return new CapabilityRequest(false, add, drop, List.of());
    }
}
