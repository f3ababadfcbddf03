package dev.berth.runtime.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.runtime.cgroup.CgroupLayout;
import dev.berth.runtime.systemd.Scope;
import dev.berth.runtime.systemd.SystemdFailure;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SystemdProbeTest {
    private static final CgroupLayout UNIFIED = new CgroupLayout.V2(Path.of("/sys/fs/cgroup"), Set.of());

    @Test
    void aScopeIsMadeAroundAProcessThatEndsWithTheCheck() {
        List<Scope> scopes = new ArrayList<>();
        Finding finding = SystemdProbe.finding(UNIFIED, scope -> {
            assertTrue(ProcessHandle.of(scope.pid()).isPresent());
            scopes.add(scope);
        });
        assertEquals(Finding.ok("systemd", "makes scopes"), finding);
        Scope scope = scopes.getFirst();
        assertEquals("berth-check-%d.scope".formatted(scope.pid()), scope.name());
        assertEquals("system.slice", scope.slice().name());
        assertFalse(ProcessHandle.of(scope.pid()).isPresent());
    }

    @Test
    void whatSystemdSaysIsTheFinding() {
        Finding finding = SystemdProbe.finding(UNIFIED, scope -> {
            throw new SystemdFailure("the system bus is gone", null);
        });
        assertEquals(Finding.State.MISSING, finding.state());
        assertEquals("the system bus is gone", finding.detail());
    }

    @Test
    void aNodeWithoutUnifiedCgroupsIsNotAsked() {
        Finding finding = SystemdProbe.finding(new CgroupLayout.V1(Map.of(), null, Set.of()), scope -> {
            throw new AssertionError("systemd was asked");
        });
        assertTrue(finding.detail().contains("needs cgroup v2 alone"), finding.detail());
        assertTrue(finding.cost().contains("use \"cgroupfs\""), finding.cost());
    }
}
