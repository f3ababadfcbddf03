package dev.berth.tests.blackbox;

import static dev.berth.tests.blackbox.Refusal.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.berth.cri.v1.Capability;
import dev.berth.cri.v1.ContainerConfig;
import dev.berth.cri.v1.ImageSpec;
import dev.berth.cri.v1.Int64Value;
import dev.berth.cri.v1.LinuxContainerConfig;
import dev.berth.cri.v1.LinuxContainerSecurityContext;
import dev.berth.cri.v1.ListContainersRequest;
import dev.berth.cri.v1.Mount;
import dev.berth.cri.v1.NamespaceMode;
import dev.berth.cri.v1.NamespaceOption;
import dev.berth.cri.v1.SecurityProfile;
import dev.berth.tests.coverage.Covers;
import dev.berth.tests.image.BusyboxLayer;
import dev.berth.tests.image.OciImage;
import dev.berth.tests.image.TarLayer;
import dev.berth.tests.node.TestNode;
import dev.berth.tests.pod.Pods;
import dev.berth.tests.pod.RunningPod;
import dev.berth.tests.world.OnNode;
import dev.berth.tests.world.OnlyBerth;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@OnNode
class BadContainerTest {
    private final TestNode node;
    private final Pods pods;

    BadContainerTest(TestNode node) {
        this.node = node;
        pods = node.pods();
    }

    @Test
    void metadataMustBeThere() {
        RunningPod pod = pod();
        refused(pod, pods.idle("x").clearMetadata(), "metadata");
    }

    @Test
    @OnlyBerth("CRI lets a server refuse the same request")
    void aNameInUseByAnotherConfigurationIsTaken() {
        RunningPod pod = pod();
        ContainerConfig one = pods.idle("main").build();
        String id = pod.create(one);
        assertEquals(id, pod.create(one), "The same request again made another container");
        assertRefused(
                Status.Code.ALREADY_EXISTS,
                () -> pod.create(pods.container("main", "/bin/false").build()),
                "main");
    }

    @Test
    void aUserBeyondWhatTheKernelCountsIsInvalid() {
        RunningPod pod = pod();
        for (long uid : new long[] {-1, 4_294_967_295L, 1L << 40}) {
            refused(pod, secured(security().setRunAsUser(number(uid))), Long.toString(uid));
        }
    }

    @Test
    @Covers("user.gid-alone")
    void aGroupWithoutAUserIsInvalid() {
        refused(pod(), secured(security().setRunAsGroup(number(1002))), "group");
    }

    @Test
    void aUserThatTheImageDoesNotKnowIsNamed() {
        refusedAtStartOrBefore(pod(), secured(security().setRunAsUsername("stowaway")), "stowaway");
    }

    @Test
    void aProgramThatIsMissingIsNamed() {
        refusedAtStartOrBefore(pod(), pods.container("x", "/bin/nonesuch"), "/bin/nonesuch");
        refusedAtStartOrBefore(pod(), pods.container("y", "nonesuch"), "nonesuch");
    }

    @Test
    void aProgramThatMayNotRunIsNamed() {
        refusedAtStartOrBefore(pod(), pods.container("x", "/etc/passwd"), "/etc/passwd");
    }

    @Test
    void aFolderThatLeadsOutOfTheRootIsNotFollowed() throws Exception {
        OciImage image = OciImage.of(
                List.of(
                        BusyboxLayer.ofStatic(),
                        new TarLayer()
                                .symlink("out", "/proc/1/root/../../..")
                                .symlink("self", "/proc/self/fd")
                                .toBytes()),
                config -> config.putArray("Cmd").add("/bin/sh"));
        node.registry().push().push("berth/links", "1", image);
        node.pull(TestNode.HOST + "/berth/links:1");
        RunningPod pod = pod();
        ContainerConfig.Builder container = pods.shell("main", "pwd -P; ls /bin/busybox")
                .setImage(ImageSpec.newBuilder().setImage(TestNode.HOST + "/berth/links:1"))
                .setWorkingDir("/out");
        try {
            List<String> lines =
                    pod.runToEnd(container).stream().map(line -> line.text()).toList();
            assertTrue(lines.contains("/bin/busybox"), lines.toString());
            assertTrue(lines.getFirst().startsWith("/"), lines.toString());
        } catch (StatusRuntimeException e) {
            assertTrue(String.valueOf(e.getMessage()).contains("/out"), e.toString());
        }
    }

    @Test
    void aMountSourceThatIsMissingIsNamed(@TempDir Path folder) {
        Path absent = folder.resolve("absent");
        refusedAtStartOrBefore(
                pod(),
                pods.idle("x")
                        .addMounts(Mount.newBuilder()
                                .setHostPath(absent.toString())
                                .setContainerPath("/mnt")),
                absent.toString());
        assertTrue(Files.notExists(absent));
    }

    @Test
    @OnlyBerth("CRI does not forbid dots in paths")
    void dotsInPathsAreInvalid(@TempDir Path folder) {
        RunningPod pod = pod();
        Mount.Builder mount = Mount.newBuilder().setHostPath(folder.toString());
        refused(pod, pods.idle("a").addMounts(mount.setContainerPath("/a/../../b")), "..");
        refused(
                pod,
                pods.idle("b").addMounts(mount.setHostPath(folder + "/../x").setContainerPath("/a")),
                "..");
        refused(pod, pods.idle("c").setWorkingDir("/a/../b"), "..");
        refused(pod, pods.idle("d").setLogPath("../../d.log"), "..");
    }

    @Test
    @OnlyBerth("CRI does not say what an unknown capability is")
    void anUnknownCapabilityIsNamed() {
        Capability capability =
                Capability.newBuilder().addAddCapabilities("CAP_FLY").build();
        refused(pod(), secured(security().setCapabilities(capability)), "CAP_FLY");
    }

    @Test
    @OnlyBerth("CRI lets a server see it later than CreateContainer")
    void aMalformedProfileIsNamed(@TempDir Path folder) throws Exception {
        Path broken = Files.writeString(folder.resolve("broken.json"), "{\"defaultAction\": ");
        Path unknown = Files.writeString(folder.resolve("unknown.json"), "{\"defaultAction\": \"SCMP_ACT_DANCE\"}");
        RunningPod pod = pod();
        refused(pod, localhost(broken), broken.toString());
        refused(pod, localhost(unknown), "SCMP_ACT_DANCE");
        refused(pod, localhost(folder.resolve("absent.json")), "absent.json");
    }

    @Test
    void aTargetOfProcessesThatIsNotThereIsInvalid() {
        NamespaceOption namespaces = NamespaceOption.newBuilder()
                .setPid(NamespaceMode.TARGET)
                .setTargetId("nonesuch")
                .build();
        RunningPod pod = pod();
        int before = containers();
        assertRefusedByAnyCode(
                () -> pod.create(
                        secured(security().setNamespaceOptions(namespaces)).build()),
                "nonesuch");
        assertEquals(before, containers());
    }

    @Test
    void anImageThatIsAbsentIsNotFound() {
        RunningPod pod = pod();
        ContainerConfig container = pods.idle("x")
                .setImage(ImageSpec.newBuilder().setImage("registry.test/berth/absent:1"))
                .build();
        assertRefused(Status.Code.NOT_FOUND, () -> pod.create(container), "registry.test/berth/absent:1");
    }

    @Test
    @Covers("feature.stopped-pod")
    void aPodThatIsStoppedTakesNoContainer() {
        RunningPod pod = pod();
        pod.stop();
        assertRefused(
                Status.Code.FAILED_PRECONDITION, () -> pod.create(pods.idle("x").build()));
    }

    @Test
    void aContainerStartsOnce() {
        RunningPod pod = pod();
        String container = pod.start(pods.idle("main"));
        assertRefused(Status.Code.FAILED_PRECONDITION, () -> pod.startCreated(container));
    }

    private RunningPod pod() {
        return pods.run(pods.hostNetwork("bad").build());
    }

    private int containers() {
        return pods.client()
                .runtime()
                .listContainers(ListContainersRequest.getDefaultInstance())
                .getContainersCount();
    }

    private void refused(RunningPod pod, ContainerConfig.Builder container, String... words) {
        int before = containers();
        assertRefused(Status.Code.INVALID_ARGUMENT, () -> pod.create(container.build()), words);
        assertEquals(before, containers(), "A refused container is listed");
    }

    /** Refused when made, or when started, after which it can be removed. */
    private static void refusedAtStartOrBefore(RunningPod pod, ContainerConfig.Builder container, String word) {
        assertRefusedByAnyCode(() -> pod.start(container), word);
    }

    private static void assertRefusedByAnyCode(Runnable call, String word) {
        try {
            call.run();
        } catch (StatusRuntimeException e) {
            if (!TestNode.startsBerth()) {
                return;
            }
            Status.Code code = e.getStatus().getCode();
            assertTrue(
                    code == Status.Code.INVALID_ARGUMENT
                            || code == Status.Code.NOT_FOUND
                            || code == Status.Code.FAILED_PRECONDITION,
                    e.toString());
            assertTrue(String.valueOf(e.getMessage()).contains(word), e.toString());
            return;
        }
        fail("The call was not refused");
    }

    private ContainerConfig.Builder localhost(Path profile) {
        return secured(security()
                .setSeccomp(SecurityProfile.newBuilder()
                        .setProfileType(SecurityProfile.ProfileType.Localhost)
                        .setLocalhostRef(profile.toString())));
    }

    private ContainerConfig.Builder secured(LinuxContainerSecurityContext.Builder security) {
        return pods.idle("secured").setLinux(LinuxContainerConfig.newBuilder().setSecurityContext(security));
    }

    private static LinuxContainerSecurityContext.Builder security() {
        return LinuxContainerSecurityContext.newBuilder();
    }

    private static Int64Value number(long value) {
        return Int64Value.newBuilder().setValue(value).build();
    }
}
