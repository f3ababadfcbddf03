package dev.berth.tests.blackbox;

import static dev.berth.tests.blackbox.Refusal.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.cri.v1.ContainerStats;
import dev.berth.cri.v1.ContainerStatsFilter;
import dev.berth.cri.v1.ContainerStatsRequest;
import dev.berth.cri.v1.LinuxContainerConfig;
import dev.berth.cri.v1.LinuxContainerResources;
import dev.berth.cri.v1.LinuxPodSandboxStats;
import dev.berth.cri.v1.ListContainerStatsRequest;
import dev.berth.cri.v1.ListPodSandboxStatsRequest;
import dev.berth.cri.v1.NetworkInterfaceUsage;
import dev.berth.cri.v1.PodSandboxStats;
import dev.berth.cri.v1.PodSandboxStatsFilter;
import dev.berth.cri.v1.PodSandboxStatsRequest;
import dev.berth.tests.coverage.Covers;
import dev.berth.tests.node.Command;
import dev.berth.tests.node.TestNode;
import dev.berth.tests.pod.Pods;
import dev.berth.tests.pod.RunningPod;
import dev.berth.tests.world.OnNode;
import dev.berth.tests.world.OnlyBerth;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

@OnNode
class StatsTest {
    private static final long LIMIT = 64L << 20;
    private static final String BUSY = "while :; do :; done";

    private final Pods pods;

    StatsTest(TestNode node) {
        pods = node.pods();
    }

    @Test
    void aBusyContainerUsesAboutOneCpuAndALimitedOneSaysWhatIsLeft() throws Exception {
        RunningPod pod = pods.run("busy");
        String container = pod.start(pods.shell("main", BUSY)
                .setLinux(LinuxContainerConfig.newBuilder()
                        .setResources(LinuxContainerResources.newBuilder().setMemoryLimitInBytes(LIMIT))));
        Thread.sleep(1_500);
        ContainerStats stats = stats(container);
        long cores = stats.getCpu().getUsageNanoCores().getValue();
        assertTrue(cores > 100_000_000L && cores < 1_300_000_000L, stats.toString());
        assertTrue(stats.getCpu().getUsageCoreNanoSeconds().getValue() > 100_000_000L, stats.toString());
        long workingSet = stats.getMemory().getWorkingSetBytes().getValue();
        assertTrue(workingSet > 0, stats.toString());
        assertEquals(LIMIT - workingSet, stats.getMemory().getAvailableBytes().getValue());
        assertTrue(stats.getMemory().getPageFaults().getValue() > 0, stats.toString());
        assertTrue(stats.getMemory().hasRssBytes() && stats.getMemory().hasMajorPageFaults(), stats.toString());
        Thread.sleep(1_200);
        assertTrue(stats(container).getCpu().getUsageNanoCores().getValue() > 100_000_000L);
    }

    @Test
    @Covers("feature.writable-layer")
    void writtenBytesAreCountedInTheWritableLayer() throws Exception {
        RunningPod pod = pods.run("writes");
        String container = pod.start(pods.idle("main"));
        pod.shell(container, "head -c 1000000 /dev/zero > /written");
        // A server may look at files less often than at everything else.
        for (int i = 0;
                i < 200 && stats(container).getWritableLayer().getUsedBytes().getValue() < 1_000_000;
                i++) {
            Thread.sleep(100);
        }
        assertTrue(
                stats(container).getWritableLayer().getUsedBytes().getValue() >= 1_000_000,
                stats(container).toString());
        assertFalse(
                stats(container).getWritableLayer().getFsId().getMountpoint().isEmpty());
    }

    /** The kubelet ends with a fault over network usage without a default interface. */
    @Test
    @OnlyBerth("knows where the namespace is pinned")
    void aPodWithoutADeviceHasNoNetworkUsage() throws Exception {
        RunningPod pod = pods.run("severed");
        assertTrue(linux(pod).hasNetwork());
        Command.mustRun("ip", "-n", "berth-" + pod.id(), "link", "delete", "eth0");
        assertFalse(linux(pod).hasNetwork(), "loopback alone is no network");
    }

    @Test
    @Covers("feature.pod-stats")
    void aPodTellsItsTrafficItsProcessesAndItsContainers() {
        RunningPod pod = pods.run("traffic");
        String container = pod.start(pods.idle("main"));
        NetworkInterfaceUsage before = linux(pod).getNetwork().getDefaultInterface();
        assertEquals("eth0", before.getName());
        pod.shell(
                container,
                "ping -c 2 -i 0.1 10.0.0.1; ping -c 3 -W 1 \"$(ip route | sed -n 's/default via \\([^ ]*\\).*/\\1/p')\"");
        LinuxPodSandboxStats after = linux(pod);
        assertTrue(
                after.getNetwork().getDefaultInterface().getTxBytes().getValue()
                        > before.getTxBytes().getValue(),
                after.toString());
        assertEquals("eth0", after.getNetwork().getInterfaces(0).getName());
        assertTrue(after.getProcess().getProcessCount().getValue() >= 1, after.toString());
        assertTrue(after.getMemory().getUsageBytes().getValue() > 0, after.toString());
        assertTrue(after.getCpu().getUsageCoreNanoSeconds().getValue() > 0, after.toString());
        assertEquals(
                List.of(container),
                after.getContainersList().stream()
                        .map(one -> one.getAttributes().getId())
                        .toList());
    }

    @Test
    void listsAreOfReadyPodsAndFiltersHold() {
        RunningPod one = pods.run(pods.config("one").putLabels("app", "harbour").build());
        RunningPod two = pods.run("two");
        RunningPod stopped = pods.run("stopped");
        stopped.stop();
        List<String> all = ids(PodSandboxStatsFilter.getDefaultInstance());
        assertTrue(all.containsAll(List.of(one.id(), two.id())), all.toString());
        assertFalse(all.contains(stopped.id()), all.toString());
        assertEquals(
                List.of(one.id()),
                ids(PodSandboxStatsFilter.newBuilder()
                        .putLabelSelector("app", "harbour")
                        .build()));
        assertEquals(
                List.of(two.id()),
                ids(PodSandboxStatsFilter.newBuilder().setId(two.id()).build()));
        String container = two.start(pods.idle("main"));
        assertEquals(
                List.of(container),
                pods
                        .client()
                        .runtime()
                        .listContainerStats(ListContainerStatsRequest.newBuilder()
                                .setFilter(ContainerStatsFilter.newBuilder().setPodSandboxId(two.id()))
                                .build())
                        .getStatsList()
                        .stream()
                        .map(stats -> stats.getAttributes().getId())
                        .toList());
    }

    @Test
    void whatIsNotThereIsNotFoundAndWhatIsStoppedSaysSo() {
        assertRefused(
                Status.Code.NOT_FOUND,
                () -> pods.client()
                        .runtime()
                        .podSandboxStats(PodSandboxStatsRequest.newBuilder()
                                .setPodSandboxId("none")
                                .build()),
                "pod sandbox");
        RunningPod stopped = pods.run("stopped");
        stopped.stop();
        assertRefused(Status.Code.FAILED_PRECONDITION, () -> linux(stopped), "not ready");
    }

    /** The bound is far above the usual time: it tells a call that opens files one by one from one that does not. */
    @Test
    @OnlyBerth("the bound is its own")
    void listingTwentyContainersIsQuick() {
        for (int i = 0; i < 20; i++) {
            pods.run(pods.hostNetwork("many-" + i).build()).start(pods.idle("main"));
        }
        List<Long> fresh = new ArrayList<>();
        List<Long> known = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            sleep(110);
            fresh.add(listed());
            known.add(listed());
        }
        Collections.sort(fresh);
        Collections.sort(known);
        System.out.printf(
                "ListContainerStats of 20 pods: read %d us, known %d us (medians)%n", fresh.get(20), known.get(20));
        assertTrue(fresh.get(20) < 30_000, fresh.toString());
    }

    /** Microseconds of one call. */
    private long listed() {
        long start = System.nanoTime();
        pods.client().runtime().listContainerStats(ListContainerStatsRequest.getDefaultInstance());
        return (System.nanoTime() - start) / 1_000;
    }

    private static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException failure) {
            throw new IllegalStateException(failure);
        }
    }

    private List<String> ids(PodSandboxStatsFilter filter) {
        return pods
                .client()
                .runtime()
                .listPodSandboxStats(ListPodSandboxStatsRequest.newBuilder()
                        .setFilter(filter)
                        .build())
                .getStatsList()
                .stream()
                .map(PodSandboxStats::getAttributes)
                .map(attributes -> attributes.getId())
                .toList();
    }

    private LinuxPodSandboxStats linux(RunningPod pod) {
        return pods.client()
                .runtime()
                .podSandboxStats(PodSandboxStatsRequest.newBuilder()
                        .setPodSandboxId(pod.id())
                        .build())
                .getStats()
                .getLinux();
    }

    private ContainerStats stats(String container) {
        return pods.client()
                .runtime()
                .containerStats(ContainerStatsRequest.newBuilder()
                        .setContainerId(container)
                        .build())
                .getStats();
    }
}
