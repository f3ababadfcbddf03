package dev.berth.cri.confinement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.cri.failure.CriFailure;
import dev.berth.cri.v1.LinuxContainerSecurityContext;
import dev.berth.cri.v1.LinuxPodSandboxConfig;
import dev.berth.cri.v1.LinuxSandboxSecurityContext;
import dev.berth.cri.v1.NamespaceMode;
import dev.berth.cri.v1.NamespaceOption;
import dev.berth.cri.v1.PodSandboxConfig;
import dev.berth.cri.v1.SELinuxOption;
import dev.berth.runtime.kernel.LinuxKernel;
import dev.berth.runtime.selinux.Label;
import dev.berth.runtime.selinux.SELinux;
import dev.berth.state.v1.Labels;
import dev.berth.state.v1.PodRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against files that look like a node with SELinux. */
class LabellingTest {
    private static final SELinuxOption NOTHING = SELinuxOption.getDefaultInstance();
    private static final LinuxContainerSecurityContext PLAIN = LinuxContainerSecurityContext.getDefaultInstance();

    @TempDir
    Path root;

    private Labelling labelling;

    @BeforeEach
    void makeNode() throws IOException {
        write("sys/fs/selinux/context", "");
        write("etc/selinux/config", "SELINUXTYPE=default\n");
        write("etc/selinux/default/contexts/lxc_contexts", """
                process = "system_u:system_r:container_t:s0"
                file = "system_u:object_r:container_file_t:s0"
                """);
        labelling = new Labelling(new SELinux(new LinuxKernel(), root) {
            @Override
            public boolean knows(Label label) {
                return super.knows(label) && !label.level().equals("s0:c9");
            }
        });
    }

    @Test
    void withoutSELinuxNothingIsLabelled() {
        Labelling none = Labelling.none();
        assertEquals(Labels.getDefaultInstance(), none.ofPod("a", level("s0")));
        assertEquals(Labels.getDefaultInstance(), none.ofContainer(pod("a", NOTHING), asking(level("s0"))));
    }

    @Test
    void podsThatAskForNoLevelGetCategoriesOfTheirOwn() {
        Labels one = labelling.ofPod("a", NOTHING);
        assertTrue(one.getProcess().matches("system_u:system_r:container_t:s0:c\\d+,c\\d+"), one.getProcess());
        String categories = one.getProcess().substring("system_u:system_r:container_t:".length());
        assertEquals("system_u:object_r:container_file_t:" + categories, one.getFile());
        assertNotEquals(one, labelling.ofPod("b", NOTHING));
    }

    @Test
    void whatAPodAsksForItGets() {
        SELinuxOption asked = SELinuxOption.newBuilder()
                .setUser("staff_u")
                .setRole("staff_r")
                .setType("web_t")
                .setLevel("s0:c4,c5")
                .build();
        Labels labels = labelling.ofPod("a", asked);
        assertEquals("staff_u:staff_r:web_t:s0:c4,c5", labels.getProcess());
        assertEquals("staff_u:object_r:container_file_t:s0:c4,c5", labels.getFile());
    }

    @Test
    void containersHaveTheLabelOfTheirPodButForWhatTheyAskFor() {
        PodRecord pod = pod("a", NOTHING);
        assertEquals(pod.getLabels(), labelling.ofContainer(pod, PLAIN));
        Labels labels = labelling.ofContainer(
                pod, asking(SELinuxOption.newBuilder().setType("spc_t").build()));
        assertEquals(pod.getLabels().getProcess().replace("container_t", "spc_t"), labels.getProcess());
        assertEquals(pod.getLabels().getFile(), labels.getFile());
    }

    @Test
    void privilegedProcessesAreNotConfinedButTheirFilesAreThePods() {
        PodRecord pod = pod("a", NOTHING);
        Labels labels = labelling.ofContainer(
                pod,
                LinuxContainerSecurityContext.newBuilder().setPrivileged(true).build());
        assertEquals("", labels.getProcess());
        assertEquals(pod.getLabels().getFile(), labels.getFile());
    }

    @Test
    void whoSeesTheNodesProcessesIsLabelledOnlyWhenItAsks() {
        PodRecord pod = pod("a", NOTHING);
        LinuxContainerSecurityContext.Builder shares = LinuxContainerSecurityContext.newBuilder()
                .setNamespaceOptions(NamespaceOption.newBuilder().setPid(NamespaceMode.NODE));
        assertEquals(Labels.getDefaultInstance(), labelling.ofContainer(pod, shares.build()));
        assertFalse(labelling
                .ofContainer(pod, shares.setSelinuxOptions(level("s0")).build())
                .getProcess()
                .isEmpty());
        assertFalse(labelling
                .ofContainer(pod("b", level("s0")), shares.clearSelinuxOptions().build())
                .getProcess()
                .isEmpty());
    }

    @Test
    void malformedOptionsAreRefusedWhetherThereIsSELinuxOrNot() {
        assertThrows(IllegalArgumentException.class, () -> labelling.ofPod("a", level("s0,c4,c5")));
        assertThrows(IllegalArgumentException.class, () -> Labelling.none().ofPod("a", level("s0,c4,c5")));
    }

    @Test
    void aLabelThatThePolicyDoesNotHaveIsRefusedByName() {
        CriFailure failure = assertThrows(CriFailure.class, () -> labelling.ofPod("a", level("s0:c9")));
        assertEquals(CriFailure.Kind.INVALID, failure.kind());
        assertTrue(failure.sentence().contains("container_t:s0:c9 is none"), failure.sentence());
        assertThrows(CriFailure.class, () -> labelling.ofContainer(pod("b", NOTHING), asking(level("s0:c9"))));
    }

    @Test
    void aPolicyWithoutLabelsOfContainersLabelsNothingAndRefusesOptions() throws IOException {
        Files.delete(root.resolve("etc/selinux/default/contexts/lxc_contexts"));
        assertEquals(Labels.getDefaultInstance(), labelling.ofPod("a", NOTHING));
        CriFailure failure = assertThrows(CriFailure.class, () -> labelling.ofPod("a", level("s0")));
        assertTrue(failure.sentence().contains("default/contexts/lxc_contexts"), failure.sentence());
    }

    private PodRecord pod(String id, SELinuxOption options) {
        LinuxSandboxSecurityContext security = LinuxSandboxSecurityContext.newBuilder()
                .setSelinuxOptions(options)
                .build();
        return PodRecord.newBuilder()
                .setId(id)
                .setConfig(PodSandboxConfig.newBuilder()
                        .setLinux(LinuxPodSandboxConfig.newBuilder().setSecurityContext(security)))
                .setLabels(labelling.ofPod(id, options))
                .build();
    }

    private static LinuxContainerSecurityContext asking(SELinuxOption options) {
        return LinuxContainerSecurityContext.newBuilder()
                .setSelinuxOptions(options)
                .build();
    }

    private static SELinuxOption level(String level) {
        return SELinuxOption.newBuilder().setLevel(level).build();
    }

    private void write(String file, String text) throws IOException {
        Path path = root.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }
}
