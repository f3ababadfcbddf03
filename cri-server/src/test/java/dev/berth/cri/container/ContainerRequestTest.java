package dev.berth.cri.container;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.cri.failure.CriFailure;
import dev.berth.cri.pod.Pod;
import dev.berth.cri.v1.ContainerConfig;
import dev.berth.cri.v1.CreateContainerRequest;
import dev.berth.cri.v1.Device;
import dev.berth.cri.v1.IDMapping;
import dev.berth.cri.v1.ImageSpec;
import dev.berth.cri.v1.LinuxContainerSecurityContext;
import dev.berth.cri.v1.Mount;
import dev.berth.cri.v1.MountPropagation;
import dev.berth.cri.v1.NamespaceMode;
import dev.berth.cri.v1.NamespaceOption;
import dev.berth.cri.v1.UserNamespace;
import dev.berth.runtime.kernel.LinuxKernel;
import dev.berth.state.v1.ContainerRecord;
import dev.berth.state.v1.PodRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is refused before anything of a container is made, each with a sentence that says what is wrong. */
class ContainerRequestTest {
    private final CreateContainerRequest.Builder request = CreateContainerRequest.newBuilder();
    private Pod pod = new Pod(PodRecord.newBuilder().setId("p1").build());

    @BeforeEach
    void aGoodRequest() {
        config().getMetadataBuilder().setName("web");
        config().getImageBuilder().setImage("busybox");
    }

    @Test
    void aPlainRequestIsTaken() {
        config().addMounts(mount("/etc", "/host-etc")).setWorkingDir("/srv").setLogPath("web/0.log");
        ContainerRequest.validate(request.build(), pod);
    }

    @Test
    void aNameIsNeeded() {
        config().clearMetadata();
        refused("the container's metadata must have a name of 1 to 253 characters without a slash, but has ''");
        config().getMetadataBuilder().setName("a/b");
        refused("without a slash, but has 'a/b'");
        config().getMetadataBuilder().setName("x".repeat(254));
        refused("but has 'a longer one'");
    }

    @Test
    void anImageIsNeeded() {
        config().clearImage();
        refused("the container web names no image; give image.image");
    }

    @Test
    void aMountSourceThatIsMissingIsNamed() {
        config().addMounts(mount("/none/such", "/data"));
        refused("the mount's host path /none/such does not exist; make it or mount another");
    }

    @Test
    void pathsThatClimbOrAreRelativeOrTooLongAreRefused() {
        config().addMounts(mount("/etc/../etc", "/data"));
        refused("the mount's host path '/etc/../etc' must be absolute, without .. and at most 4095 characters");
        config().clearMounts().addMounts(mount("/etc", "data"));
        refused("the mount's container path 'data' must be absolute");
        config().clearMounts().addMounts(mount("/etc", "/data/.."));
        refused("the mount's container path '/data/..' must be absolute, without ..");
        config().clearMounts().setWorkingDir("/a/../..");
        refused("the working directory '/a/../..' must be absolute, without ..");
        config().setWorkingDir("/" + "x".repeat(4095));
        refused("the working directory '(too long)' must be absolute");
        config().setWorkingDir("/a\0");
        refused("the working directory");
        config().clearWorkingDir().setLogPath("../0.log");
        refused("the log path ../0.log must not hold ..");
    }

    @Test
    void pathsToBeHiddenAreCheckedToo() {
        security().addMaskedPaths("proc/kcore");
        refused("the masked path 'proc/kcore' must be absolute");
        security().clearMaskedPaths().addReadonlyPaths("/proc/../sys");
        refused("the read-only path '/proc/../sys' must be absolute, without ..");
    }

    @Test
    void aLogDirectoryThatIsMissingIsNamed() {
        config().setLogPath("0.log");
        request.getSandboxConfigBuilder().setLogDirectory("/none/such");
        refused("the log directory /none/such does not exist or is no directory");
        request.getSandboxConfigBuilder().setLogDirectory("/etc/passwd");
        refused("the log directory /etc/passwd does not exist or is no directory");
    }

    @Test
    void recursivelyReadOnlyNeedsReadOnlyAndPrivate() {
        config().addMounts(mount("/etc", "/data").setRecursiveReadOnly(true));
        refused("the mount on /data is to be recursively read-only; that needs readonly and private propagation");
        config().clearMounts()
                .addMounts(mount("/etc", "/data")
                        .setReadonly(true)
                        .setRecursiveReadOnly(true)
                        .setPropagation(MountPropagation.PROPAGATION_BIDIRECTIONAL));
        refused("that needs readonly and private propagation");
    }

    @Test
    void idMappingsAreRefusedRatherThanIgnored() {
        config().addMounts(mount("/etc", "/data")
                .addUidMappings(IDMapping.newBuilder().setLength(1)));
        refused("the id mappings of the mount on /data are not those of the pod's user namespace");
    }

    @Test
    void anImageIsMountedReadOnlyWithinItself() {
        Mount.Builder volume = Mount.newBuilder()
                .setContainerPath("/model")
                .setImage(ImageSpec.newBuilder().setImage("model"));
        config().addMounts(volume);
        refused("the image mounted on /model can only be read-only; set readonly");
        config().clearMounts().addMounts(volume.setReadonly(true).setImageSubPath("a/../../b"));
        refused("the image sub path a/../../b must be relative, without ..");
        config().clearMounts().addMounts(volume.setImageSubPath("/a"));
        refused("the image sub path /a must be relative");
    }

    @Test
    void devicesNeedPathsAndPermissions() {
        Device.Builder device = Device.newBuilder().setHostPath("/dev/fuse").setContainerPath("fuse");
        config().addDevices(device);
        refused("the device's container path 'fuse' must be absolute");
        config().clearDevices().addDevices(device.setContainerPath("/dev/fuse").setPermissions("rx"));
        refused("the permissions rx of device /dev/fuse are not made of r, w and m");
    }

    @Test
    void aPathThatIsNoDeviceIsRefused() {
        Devices devices = new Devices(new LinuxKernel());
        for (String path : new String[] {"/etc/passwd", "/dev/none", "/proc/self"}) {
            CriFailure failure = assertThrows(CriFailure.class, () -> devices.require(asking(path)));
            assertTrue(failure.sentence().contains(path), failure.sentence());
        }
        devices.require(asking("/dev/null"));
    }

    private static ContainerRecord asking(String device) {
        ContainerRecord.Builder record = ContainerRecord.newBuilder();
        record.getConfigBuilder()
                .addDevices(Device.newBuilder().setHostPath(device).setContainerPath("/dev/x"));
        return record.build();
    }

    @Test
    void aPrivilegedContainerNeedsAPrivilegedPod() {
        security().setPrivileged(true);
        refused("a privileged container needs a privileged pod sandbox");
        PodRecord.Builder record = PodRecord.newBuilder().setId("p1");
        record.getConfigBuilder().getLinuxBuilder().getSecurityContextBuilder().setPrivileged(true);
        pod = new Pod(record.build());
        ContainerRequest.validate(request.build(), pod);
    }

    @Test
    void aTargetOfThePidNamespaceMustBeInThePod() {
        security()
                .setNamespaceOptions(NamespaceOption.newBuilder()
                        .setPid(NamespaceMode.TARGET)
                        .setTargetId("c9"));
        refused("the target container 'c9' of the pid namespace is not in pod sandbox p1");
        pod.containers()
                .put(
                        "c9",
                        new Container(
                                pod, ContainerRecord.newBuilder().setId("c9").build()));
        ContainerRequest.validate(request.build(), pod);
    }

    @Test
    void aUserNamespaceIsThatOfThePod() {
        security()
                .getNamespaceOptionsBuilder()
                .setUsernsOptions(UserNamespace.newBuilder().setMode(NamespaceMode.POD));
        refused("the container asks for another user namespace than its pod sandbox p1 has");
    }

    @Test
    void limitsOutsideTheirRangesAreRefused() {
        config().getLinuxBuilder().getResourcesBuilder().setOomScoreAdj(1001);
        refused("the oom_score_adj 1001 is outside -1000 to 1000");
        config().getLinuxBuilder().getResourcesBuilder().setOomScoreAdj(-1001);
        refused("the oom_score_adj -1001 is outside -1000 to 1000");
        config().getLinuxBuilder().getResourcesBuilder().clear().setMemoryLimitInBytes(-2);
        refused("a memory limit must be a number of bytes, 0 for unchanged or -1 for none");
        config().getLinuxBuilder().getResourcesBuilder().clear().setCpuShares(-1);
        refused("cpu_period and cpu_shares must not be negative");
    }

    private ContainerConfig.Builder config() {
        return request.getConfigBuilder();
    }

    private LinuxContainerSecurityContext.Builder security() {
        return config().getLinuxBuilder().getSecurityContextBuilder();
    }

    private static Mount.Builder mount(String host, String container) {
        return Mount.newBuilder().setHostPath(host).setContainerPath(container);
    }

    private void refused(String expected) {
        CriFailure failure = assertThrows(CriFailure.class, () -> ContainerRequest.validate(request.build(), pod));
        assertEquals(CriFailure.Kind.INVALID, failure.kind());
        String sentence = failure.sentence();
        assertTrue(sentence.contains(expected), () -> "no \"%s\" in: %s".formatted(expected, sentence));
    }
}
