package dev.berth.runtime.selinux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.runtime.kernel.LinuxKernel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SELinuxTest {
    private static final String CONTEXTS = """
            process = "system_u:system_r:container_t:s0"
            content = "system_u:object_r:virt_var_lib_t:s0"
            file = "system_u:object_r:container_file_t:s0"
            """;

    @TempDir
    Path root;

    private SELinux selinux;

    @BeforeEach
    void makeNode() throws IOException {
        write("sys/fs/selinux/context", "");
        selinux = new SELinux(new LinuxKernel(), root);
    }

    @Test
    void aKernelWithoutItOrWithoutAPolicyHasNone() throws IOException {
        assertFalse(selinux.enabled());
        write("sys/fs/selinux/enforce", "0");
        write("proc/self/attr/current", "kernel\0");
        assertFalse(selinux.enabled());
        write("proc/self/attr/current", "system_u:system_r:kernel_t:s0\0");
        assertTrue(selinux.enabled());
        assertFalse(selinux.enforcing());
        write("sys/fs/selinux/enforce", "1");
        assertTrue(selinux.enforcing());
    }

    @Test
    void labelsComeFromThePolicyThatIsConfigured() throws IOException {
        assertNull(selinux.defaults());
        write("etc/selinux/config", "# SELINUXTYPE=mls\nSELINUX=permissive\nSELINUXTYPE=default\n");
        write("etc/selinux/default/contexts/lxc_contexts", CONTEXTS);
        SELinux.Defaults defaults = Objects.requireNonNull(selinux.defaults());
        assertEquals("system_u:system_r:container_t:s0", defaults.process().toString());
        assertEquals("system_u:object_r:container_file_t:s0", defaults.file().toString());
    }

    @Test
    void labelsOfTheContainersPackageWin() throws IOException {
        write("etc/selinux/targeted/contexts/lxc_contexts", CONTEXTS);
        write("usr/share/containers/selinux/contexts", CONTEXTS.replace("container_t", "other_t"));
        assertEquals(
                "other_t", Objects.requireNonNull(selinux.defaults()).process().type());
    }

    @Test
    void aPolicyThatNamesNoFileLabelNamesNone() throws IOException {
        write("etc/selinux/targeted/contexts/lxc_contexts", "process = \"a:b:c:s0\"\n");
        assertNull(selinux.defaults());
    }

    @Test
    void theKernelIsAskedWhetherItKnowsALabel() throws IOException {
        Label label = Label.parse("system_u:system_r:container_t:s0");
        assertTrue(selinux.knows(label));
        assertEquals(label.toString(), Files.readString(root.resolve("sys/fs/selinux/context")));
    }

    @Test
    void aLabelThatTheKernelDoesNotKnowIsNone() throws IOException {
        Files.delete(root.resolve("sys/fs/selinux/context"));
        // As the real file, this one answers EINVAL to words that it does not know.
        Files.createSymbolicLink(root.resolve("sys/fs/selinux/context"), Path.of("/proc/self/oom_score_adj"));
        assertFalse(selinux.knows(Label.parse("no_u:no_r:no_t")));
        write("etc/selinux/targeted/contexts/lxc_contexts", CONTEXTS);
        assertNull(selinux.defaults());
    }

    private void write(String file, String text) throws IOException {
        Path path = root.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }
}
