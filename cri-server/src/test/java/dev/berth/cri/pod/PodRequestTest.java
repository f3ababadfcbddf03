package dev.berth.cri.pod;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.cri.failure.CriFailure;
import dev.berth.cri.v1.IDMapping;
import dev.berth.cri.v1.NamespaceMode;
import dev.berth.cri.v1.NamespaceOption;
import dev.berth.cri.v1.PodSandboxConfig;
import dev.berth.cri.v1.PortMapping;
import dev.berth.cri.v1.RunPodSandboxRequest;
import dev.berth.cri.v1.UserNamespace;
import dev.berth.runtime.cgroup.Cgroups;
import dev.berth.runtime.kernel.LinuxKernel;
import dev.berth.runtime.sysctl.SysctlWrite;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is refused before anything of a pod sandbox is made, each with a sentence that says what is wrong. */
class PodRequestTest {
    private static final PodCgroups CGROUPS =
            new CgroupfsDriver(Cgroups.ofThisNode(new LinuxKernel()), TestPlatform.CGROUP_PARENT, false);
    private static final List<String> HANDLERS = List.of("", "berth");
    private static final PodDefaults NOTHING = new PodDefaults(false, false);

    private final RunPodSandboxRequest.Builder request = RunPodSandboxRequest.newBuilder();

    @BeforeEach
    void aGoodRequest() {
        config().getMetadataBuilder().setName("web").setNamespace("default").setUid("u1");
    }

    @Test
    void aGoodRequestGivesItsSysctls() {
        config().getLinuxBuilder().putSysctls("net.ipv4.ip_forward", "1");
        List<SysctlWrite> writes = PodRequest.validate(request.build(), NOTHING, CGROUPS, HANDLERS);
        assertEquals(1, writes.size());
        assertEquals("1", writes.getFirst().value());
        assertTrue(writes.getFirst().path().endsWith("net/ipv4/ip_forward"));
    }

    @Test
    void aPodWithANetworkOfItsOwnGetsTheDefaultsThatItDoesNotSet() {
        PodDefaults both = new PodDefaults(true, true);
        config().getLinuxBuilder().putSysctls("net/ipv4/ping_group_range", "0 0");
        Map<String, String> values = PodRequest.validate(request.build(), both, CGROUPS, HANDLERS).stream()
                .collect(Collectors.toMap(SysctlWrite::path, SysctlWrite::value));
        assertEquals(
                Map.of(
                        "sys/net/ipv4/ping_group_range", "0 0",
                        "sys/net/ipv4/ip_unprivileged_port_start", "0"),
                values);
        config().getLinuxBuilder()
                .clearSysctls()
                .getSecurityContextBuilder()
                .getNamespaceOptionsBuilder()
                .setNetwork(NamespaceMode.NODE);
        assertEquals(List.of(), PodRequest.validate(request.build(), both, CGROUPS, HANDLERS));
    }

    @Test
    void metadataIsNeeded() {
        config().clearMetadata();
        refused("the pod sandbox has no metadata; give its name, namespace and uid");
        request.clearConfig();
        refused("the pod sandbox has no metadata; give its name, namespace and uid");
    }

    @Test
    void eachPartOfTheMetadataIsNeededAndBounded() {
        config().getMetadataBuilder().clearUid();
        refused("the uid in the pod sandbox's metadata must have 1 to 253 characters, but has 0");
        config().getMetadataBuilder().setUid("u1").setName("x".repeat(254));
        refused("the name in the pod sandbox's metadata must have 1 to 253 characters, but has 254");
        config().getMetadataBuilder().setName("web").setNamespace("a/b");
        refused("the namespace in the pod sandbox's metadata must not hold a slash, ;, = or control character");
        config().getMetadataBuilder().setNamespace("a;K8S_POD_NAME=b");
        refused("the namespace in the pod sandbox's metadata must not hold a slash, ;, = or control character");
        config().getMetadataBuilder().setNamespace("a\n");
        refused("the namespace in the pod sandbox's metadata must not hold a slash, ;, = or control character");
    }

    @Test
    void anUnknownHandlerIsRefusedWithThoseThatAreKnown() {
        request.setRuntimeHandler("runsc");
        refused("the runtime handler runsc is not known; known are: (empty), berth");
        request.setRuntimeHandler("berth");
        PodRequest.validate(request.build(), NOTHING, CGROUPS, HANDLERS);
    }

    @Test
    void aHostnameThatLinuxDoesNotTakeIsRefused() {
        config().setHostname("h".repeat(65));
        refused("is longer than 64 characters, the most that Linux takes");
    }

    @Test
    void aLogDirectoryIsAbsoluteAndDoesNotClimb() {
        config().setLogDirectory("logs");
        refused("the log directory logs must be an absolute path without ..");
        config().setLogDirectory("/var/../etc");
        refused("the log directory /var/../etc must be an absolute path without ..");
    }

    /** The cgroup's own failure is not one of the client's kinds, so it would be told as a failure of Berth. */
    @Test
    void aCgroupParentThatCannotBeIsTheClientsMistake() {
        config().getLinuxBuilder().setCgroupParent("/kubepods/../..");
        refused("\"..\" cannot be the name of a cgroup");
        config().getLinuxBuilder().setCgroupParent("kubepods.slice");
        refused("is a systemd slice, but the cgroup driver here is cgroupfs");
    }

    @Test
    void portsAreInTheirRange() {
        config().addPortMappings(PortMapping.newBuilder().setContainerPort(0).setHostPort(80));
        refused("the port mapping 80 to 0 is not possible; ports are 1 to 65535");
        config().clearPortMappings()
                .addPortMappings(PortMapping.newBuilder().setContainerPort(80).setHostPort(65536));
        refused("the port mapping 65536 to 80 is not possible");
    }

    @Test
    void namespacesThatAPodCannotHaveAreRefused() {
        options().setNetwork(NamespaceMode.CONTAINER);
        refused("the network and ipc namespace of a pod are POD or NODE, but CONTAINER was asked for");
        options().setNetwork(NamespaceMode.POD).setPid(NamespaceMode.TARGET);
        refused("the pid namespace of a pod sandbox cannot be TARGET; only a container's can");
    }

    @Test
    void aUserNamespaceIsOfThePodOrTheNode() {
        userns(NamespaceMode.CONTAINER);
        refused("the user namespace of a pod has mode POD or NODE, but CONTAINER was asked for");
        userns(NamespaceMode.TARGET);
        refused("the user namespace of a pod has mode POD or NODE, but TARGET was asked for");
        userns(NamespaceMode.NODE);
        PodRequest.validate(request.build(), NOTHING, CGROUPS, HANDLERS);
    }

    @Test
    void aUserNamespaceTakesOneMappingThatBeginsWithItsRootAndIsTheSameForBothKinds() {
        userns(NamespaceMode.POD);
        refused("a pod's user namespace takes exactly one mapping of uids, but 0 were given");
        userns(NamespaceMode.POD, ids(0, 65536, 65536), ids(65536, 131072, 65536));
        refused("a pod's user namespace takes exactly one mapping of uids, but 2 were given");
        userns(NamespaceMode.POD, ids(1, 65536, 65536));
        refused("the mapping of uids begins with container id 1; it must begin with 0");
        userns(NamespaceMode.POD, ids(0, 65536, 0));
        refused("the mapping of uids to 65536, 0 ids long, leaves the ids 0 to 4294967294");
        userns(NamespaceMode.POD, ids(0, -2, 2));
        refused("the mapping of uids to 4294967294, 2 ids long, leaves the ids 0 to 4294967294");
        userns(NamespaceMode.POD, ids(0, 65536, 65536));
        options().getUsernsOptionsBuilder().clearGids().addGids(ids(0, 65536, 1000));
        refused("the uids and gids of a pod's user namespace must be mapped alike");
        userns(NamespaceMode.POD, ids(0, 65536, 65536));
        PodRequest.validate(request.build(), NOTHING, CGROUPS, HANDLERS);
    }

    @Test
    void aUserNamespaceDoesNotGoWithNamespacesOfTheNode() {
        userns(NamespaceMode.POD, ids(0, 65536, 65536));
        options().setPid(NamespaceMode.NODE);
        refused("a pod with a user namespace of its own cannot share the network, ipc or pid namespace of the node");
    }

    private void userns(NamespaceMode mode, IDMapping... mappings) {
        options()
                .setUsernsOptions(UserNamespace.newBuilder()
                        .setMode(mode)
                        .addAllUids(List.of(mappings))
                        .addAllGids(List.of(mappings)));
    }

    private static IDMapping ids(int container, int host, int length) {
        return IDMapping.newBuilder()
                .setContainerId(container)
                .setHostId(host)
                .setLength(length)
                .build();
    }

    @Test
    void sysctlsOfTheNodeAreRefused() {
        config().getLinuxBuilder().putSysctls("vm.swappiness", "1");
        IllegalArgumentException failure = assertThrows(
                IllegalArgumentException.class, () -> PodRequest.validate(request.build(), NOTHING, CGROUPS, HANDLERS));
        assertTrue(String.valueOf(failure.getMessage()).contains("vm.swappiness"));
    }

    private PodSandboxConfig.Builder config() {
        return request.getConfigBuilder();
    }

    private NamespaceOption.Builder options() {
        return config().getLinuxBuilder().getSecurityContextBuilder().getNamespaceOptionsBuilder();
    }

    private void refused(String expected) {
        CriFailure failure =
                assertThrows(CriFailure.class, () -> PodRequest.validate(request.build(), NOTHING, CGROUPS, HANDLERS));
        assertEquals(CriFailure.Kind.INVALID, failure.kind());
        String sentence = failure.sentence();
        assertTrue(sentence.contains(expected), () -> "no \"%s\" in: %s".formatted(expected, sentence));
    }
}
