package dev.berth.tests.blackbox;

import static dev.berth.tests.blackbox.Refusal.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.cri.v1.FilesystemUsage;
import dev.berth.cri.v1.ImageFsInfoRequest;
import dev.berth.cri.v1.ImageFsInfoResponse;
import dev.berth.cri.v1.LinuxContainerResources;
import dev.berth.cri.v1.PodSandboxConfig;
import dev.berth.cri.v1.PodSandboxStatsRequest;
import dev.berth.cri.v1.UpdatePodSandboxResourcesRequest;
import dev.berth.tests.coverage.Covers;
import dev.berth.tests.node.TestNode;
import dev.berth.tests.pod.Pods;
import dev.berth.tests.pod.RunningPod;
import dev.berth.tests.world.OnNode;
import dev.berth.tests.world.OnlyBerth;
import io.grpc.Status;
import org.junit.jupiter.api.Test;

@OnNode
class PodUpdateTest {
    private static final long MEBIBYTE = 1L << 20;

    private final Pods pods;

    PodUpdateTest(TestNode node) {
        pods = node.pods();
    }

    @Test
    @Covers("feature.update-pod")
    @OnlyBerth("the kubelet sets the limits of the pods that it places")
    void limitsOfAPodAreInForceWithItsOverhead() {
        RunningPod pod = pods.run("update");
        pod.start(pods.idle("main"));
        update(pod, 64 * MEBIBYTE, 8 * MEBIBYTE);
        assertIsAvailable(pod);
    }

    @Test
    @OnlyBerth("the kubelet sets the limits of the pods that it places")
    void aPodWithoutContainersKeepsTheLimitsThatItGetsForThoseThatCome() {
        RunningPod pod = pods.run("early");
        update(pod, 64 * MEBIBYTE, 8 * MEBIBYTE);
        pod.start(pods.idle("main"));
        assertIsAvailable(pod);
    }

    @Test
    @Covers("feature.pod-limits")
    void aNewPodThatNamesNoCgroupParentHasTheLimitsOfItsConfiguration() {
        PodSandboxConfig.Builder config = pods.config("limited");
        config.getLinuxBuilder()
                .clearCgroupParent()
                .setResources(LinuxContainerResources.newBuilder().setMemoryLimitInBytes(64 * MEBIBYTE))
                .setOverhead(LinuxContainerResources.newBuilder().setMemoryLimitInBytes(8 * MEBIBYTE));
        RunningPod pod = pods.run(config.build());
        pod.start(pods.idle("main"));
        assertIsAvailable(pod);
    }

    @Test
    @Covers("feature.bandwidth")
    void aBandwidthThatIsNoneIsRefusedByTheNameOfItsAnnotation() {
        PodSandboxConfig config = pods.config("fast")
                .putAnnotations("kubernetes.io/egress-bandwidth", "fast")
                .build();
        assertRefused(Status.Code.INVALID_ARGUMENT, () -> pods.run(config), "kubernetes.io/egress-bandwidth");
    }

    @Test
    @OnlyBerth("CRI does not say that a stopped pod refuses")
    void aStoppedPodRefuses() {
        RunningPod pod = pods.run("stopped");
        pod.stop();
        assertRefused(Status.Code.FAILED_PRECONDITION, () -> update(pod, 64 * MEBIBYTE, 0), "not ready");
    }

    @Test
    void whatContainersWroteIsCountedApartFromImages() {
        RunningPod pod = pods.run("space");
        String container = pod.start(pods.idle("main"));
        ImageFsInfoResponse before = space();
        pod.shell(container, "head -c 3000000 /dev/zero > /written");
        String other = pod.start(pods.shell("second", "head -c 2000000 /dev/zero > /written; exec top -b -d 600"));
        pod.exec(other, "/bin/sh", "-c", "while [ $(wc -c < /written) -lt 2000000 ]; do :; done");
        FilesystemUsage written = space().getContainerFilesystems(0);
        assertTrue(
                written.getUsedBytes().getValue()
                        >= before.getContainerFilesystems(0).getUsedBytes().getValue() + 2_000_000,
                written.toString());
        assertEquals(
                before.getImageFilesystems(0).getUsedBytes(),
                space().getImageFilesystems(0).getUsedBytes());
    }

    private void assertIsAvailable(RunningPod pod) {
        long available = pods.client()
                .runtime()
                .podSandboxStats(PodSandboxStatsRequest.newBuilder()
                        .setPodSandboxId(pod.id())
                        .build())
                .getStats()
                .getLinux()
                .getMemory()
                .getAvailableBytes()
                .getValue();
        assertTrue(available > 60 * MEBIBYTE && available <= 72 * MEBIBYTE, Long.toString(available));
    }

    private ImageFsInfoResponse space() {
        return pods.client().images().imageFsInfo(ImageFsInfoRequest.getDefaultInstance());
    }

    private void update(RunningPod pod, long memory, long overhead) {
        pods.client()
                .runtime()
                .updatePodSandboxResources(UpdatePodSandboxResourcesRequest.newBuilder()
                        .setPodSandboxId(pod.id())
                        .setResources(LinuxContainerResources.newBuilder().setMemoryLimitInBytes(memory))
                        .setOverhead(LinuxContainerResources.newBuilder().setMemoryLimitInBytes(overhead))
                        .build());
    }
}
