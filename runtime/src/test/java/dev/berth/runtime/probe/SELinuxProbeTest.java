package dev.berth.runtime.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.runtime.kernel.LinuxKernel;
import dev.berth.runtime.selinux.SELinux;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SELinuxProbeTest {
    @TempDir
    Path root;

    @Test
    void eachNodeIsToldWhatItsPodsGet() throws IOException {
        assertEquals(Finding.State.MISSING, finding().state());
        write("sys/fs/selinux/enforce", "1");
        write("proc/self/attr/current", "system_u:system_r:init_t:s0");
        Finding unnamed = finding();
        assertEquals(Finding.State.DEGRADED, unnamed.state());
        assertTrue(
                unnamed.detail()
                        .endsWith(
                                "targeted/contexts/lxc_contexts names no labels of containers that are in the policy"),
                unnamed.detail());
        write("sys/fs/selinux/context", "");
        write("etc/selinux/targeted/contexts/lxc_contexts", "process = \"a:b:c_t:s0\"\nfile = \"a:o:f_t:s0\"\n");
        assertEquals(Finding.ok("SELinux", "enforcing, containers are a:b:c_t:s0"), finding());
    }

    private Finding finding() {
        return SELinuxProbe.finding(new SELinux(new LinuxKernel(), root));
    }

    private void write(String file, String text) throws IOException {
        Path path = root.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }
}
