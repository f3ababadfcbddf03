package dev.berth.cri.container;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.berth.cri.failure.CriFailure;
import dev.berth.cri.pod.Pod;
import dev.berth.cri.v1.ContainerState;
import dev.berth.cri.v1.ContainerStatus;
import dev.berth.cri.v1.HugepageLimit;
import dev.berth.cri.v1.ImageSpec;
import dev.berth.cri.v1.LinuxContainerResources;
import dev.berth.cri.v1.LinuxContainerSecurityContext;
import dev.berth.cri.v1.Mount;
import dev.berth.cri.v1.MountPropagation;
import dev.berth.runtime.capability.CapabilitySet;
import dev.berth.runtime.cgroup.CgroupResources;
import dev.berth.runtime.kernel.Kernel;
import dev.berth.state.v1.ContainerRecord;
import dev.berth.state.v1.PodRecord;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Limits, mounts, views and usage of containers. */
class ContainerPartsTest {
    @Test
    void limitsBecomeTheCgroups() {
        CgroupResources resources = Resources.of(LinuxContainerResources.newBuilder()
                .setCpuShares(512)
                .setCpuPeriod(100_000)
                .setCpuQuota(50_000)
                .setCpusetCpus("0-1")
                .setCpusetMems("0")
                .setMemoryLimitInBytes(1 << 20)
                .setMemorySwapLimitInBytes(2 << 20)
                .addHugepageLimits(HugepageLimit.newBuilder().setPageSize("2MB").setLimit(4))
                .putUnified("memory.high", "99")
                .build());
        assertEquals(new CgroupResources.Cpu(512, 100_000, 50_000, "0-1", "0"), resources.cpu());
        assertEquals(List.of(new CgroupResources.HugepageLimit("2MB", 4)), resources.hugepages());
        assertEquals(Map.of("memory.high", "99"), resources.unified());
    }

    @Test
    void anUpdateChangesWhatItNamesAndLeavesTheRest() {
        LinuxContainerResources before = LinuxContainerResources.newBuilder()
                .setCpuShares(512)
                .setMemoryLimitInBytes(100)
                .putUnified("a", "1")
                .putUnified("b", "1")
                .build();
        LinuxContainerResources update = LinuxContainerResources.newBuilder()
                .setMemoryLimitInBytes(200)
                .putUnified("b", "2")
                .build();
        LinuxContainerResources merged = Resources.merge(before, update);
        assertEquals(512, merged.getCpuShares());
        assertEquals(200, merged.getMemoryLimitInBytes());
        assertEquals(Map.of("a", "1", "b", "2"), merged.getUnifiedMap());
    }

    @Test
    void theRootPropagatesAsMuchAsTheMostDemandingMount() {
        assertEquals(Kernel.MS_PRIVATE, propagation());
        assertEquals(Kernel.MS_PRIVATE, propagation(MountPropagation.PROPAGATION_PRIVATE));
        assertEquals(Kernel.MS_SLAVE, propagation(MountPropagation.PROPAGATION_HOST_TO_CONTAINER));
        assertEquals(
                Kernel.MS_SHARED,
                propagation(
                        MountPropagation.PROPAGATION_HOST_TO_CONTAINER,
                        MountPropagation.PROPAGATION_BIDIRECTIONAL,
                        MountPropagation.PROPAGATION_PRIVATE));
    }

    private static long propagation(MountPropagation... propagations) {
        ContainerRecord.Builder record = ContainerRecord.newBuilder();
        for (MountPropagation one : propagations) {
            record.getConfigBuilder().addMounts(Mount.newBuilder().setPropagation(one));
        }
        return HostMounts.rootPropagation(record.build());
    }

    @Test
    void mountOptionsBecomeAttributesAndOthersAreRefused() {
        Mount.Builder mount = Mount.newBuilder().setContainerPath("/data");
        assertEquals(new MountOptions(0, 0), MountOptions.of(mount.build()));
        mount.addMountOptions("noexec").addMountOptions("nodev").addMountOptions("nosuid");
        long attributes = Kernel.MOUNT_ATTR_NOEXEC | Kernel.MOUNT_ATTR_NODEV | Kernel.MOUNT_ATTR_NOSUID;
        assertEquals(new MountOptions(attributes, 0), MountOptions.of(mount.build()));
        mount.addMountOptions("relatime");
        assertEquals(new MountOptions(attributes, Kernel.MOUNT_ATTR_ATIME), MountOptions.of(mount.build()));
        mount.addMountOptions("suid");
        CriFailure failure = assertThrows(CriFailure.class, () -> MountOptions.of(mount.build()));
        assertTrue(String.valueOf(failure.getMessage()).startsWith("the mount option suid on /data is not known"));
    }

    @Test
    void aStatusSaysHowTheContainerEndedAndWhichImagesItMounts() {
        ContainerRecord.Builder record = ContainerRecord.newBuilder()
                .setId("c1")
                .setPodId("p1")
                .setImageId("sha256:1")
                .setPhase(ContainerRecord.Phase.EXITED)
                .setExitCode(137)
                .setReason("OOMKilled")
                .setMessage("too much")
                .setFinishedAt(9)
                .setLogPath("/logs/0.log")
                .addVolumeImages("sha256:2");
        record.getConfigBuilder()
                .addMounts(Mount.newBuilder().setContainerPath("/host").setHostPath("/etc"))
                .addMounts(Mount.newBuilder()
                        .setContainerPath("/model")
                        .setImage(ImageSpec.newBuilder().setImage("model")));
        Container container = container(record.build());
        ContainerStatus status = ContainerView.status(container);
        assertEquals(ContainerState.CONTAINER_EXITED, status.getState());
        assertEquals(137, status.getExitCode());
        assertEquals("OOMKilled", status.getReason());
        assertEquals("too much", status.getMessage());
        assertEquals("/logs/0.log", status.getLogPath());
        assertEquals("/etc", status.getMounts(0).getHostPath());
        assertEquals("sha256:2", status.getMounts(1).getImage().getImageRef());
        assertEquals("sha256:1", ContainerView.item(container.record()).getImageRef());
        assertEquals("p1", ContainerView.item(container.record()).getPodSandboxId());
    }

    @Test
    void aContainerThatNamesNoSeccompProfileIsUnconfinedUnlessConfiguredOtherwise() {
        LinuxContainerSecurityContext unset = LinuxContainerSecurityContext.getDefaultInstance();
        assertNull(new SeccompProfiles(new SeccompFilters(false))
                .program(unset, ByteString.EMPTY, CapabilitySet.DEFAULTS));
        assertNotNull(
                new SeccompProfiles(new SeccompFilters(true)).program(unset, ByteString.EMPTY, CapabilitySet.DEFAULTS));
    }

    @Test
    void noStatusShowsAnEndWithoutItsExitCode() throws Exception {
        ContainerRecord running = ContainerRecord.newBuilder()
                .setId("c1")
                .setPhase(ContainerRecord.Phase.RUNNING)
                .build();
        ContainerRecord ended = running.toBuilder()
                .setPhase(ContainerRecord.Phase.EXITED)
                .setExitCode(7)
                .build();
        Container container = container(running);
        Thread flips = Thread.ofPlatform().start(() -> {
            while (!Thread.interrupted()) {
                container.record(ended);
                container.record(running);
            }
        });
        try {
            for (int i = 0; i < 50_000; i++) {
                ContainerStatus status = ContainerView.status(container);
                assertEquals(status.getState() == ContainerState.CONTAINER_EXITED ? 7 : 0, status.getExitCode());
            }
        } finally {
            flips.interrupt();
            flips.join();
        }
    }

    @Test
    void everyPhaseHasAState() {
        assertEquals(ContainerState.CONTAINER_CREATED, state(ContainerRecord.Phase.STARTING));
        assertEquals(ContainerState.CONTAINER_CREATED, state(ContainerRecord.Phase.CREATED));
        assertEquals(ContainerState.CONTAINER_RUNNING, state(ContainerRecord.Phase.RUNNING));
        assertEquals(ContainerState.CONTAINER_EXITED, state(ContainerRecord.Phase.EXITED));
    }

    private static ContainerState state(ContainerRecord.Phase phase) {
        return container(ContainerRecord.newBuilder().setPhase(phase).build()).state();
    }

    private static Container container(ContainerRecord record) {
        return new Container(new Pod(PodRecord.newBuilder().setId("p1").build()), record);
    }
}
