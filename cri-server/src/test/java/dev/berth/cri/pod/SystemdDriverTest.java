package dev.berth.cri.pod;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.runtime.cgroup.CgroupFailure;
import dev.berth.runtime.cgroup.Cgroups;
import dev.berth.runtime.kernel.LinuxKernel;
import dev.berth.runtime.systemd.Scope;
import dev.berth.runtime.systemd.SliceName;
import dev.berth.runtime.systemd.SystemdFailure;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SystemdDriverTest {
    private static final int PID = 42;
    private static final String SLICE = "kubepods-burstable-pod1.slice";
    private static final String PATH = "/kubepods.slice/kubepods-burstable.slice/" + SLICE;

    private final List<Scope> started = new ArrayList<>();
    private final SystemdDriver driver = new SystemdDriver(
            Cgroups.ofThisNode(new LinuxKernel()),
            scope -> {
                started.add(scope);
                throw new SystemdFailure("systemd is a fake here", null);
            },
            new SliceName("berth.slice"),
            false);

    @Test
    void aPodGoesToAScopeInTheSliceThatTheKubeletNames() {
        assertEquals(PATH + "/berth-3f.scope/pod", driver.place(PATH, "3f"));
        assertEquals(PATH + "/berth-3f.scope/pod", driver.place(SLICE, "3f"));
    }

    @Test
    void aPodThatNamesNoSliceGoesToBerthsOwn() {
        assertEquals("/berth.slice/berth-3f.scope/pod", driver.place("", "3f"));
    }

    @Test
    void aPathOfTheOtherDriverIsRefusedWithWhatToSetInTheKubelet() {
        CgroupFailure failure = assertThrows(CgroupFailure.class, () -> driver.place("/kubepods/pod1", "3f"));
        assertEquals(CgroupFailure.Kind.INVALID, failure.kind());
        assertTrue(String.valueOf(failure.getMessage()).contains("cgroupDriver: systemd"), failure.getMessage());
    }

    @Test
    void theScopeIsMadeAroundThePauseProcessWhichIsBornOutsideOfIt() {
        List<Integer> born = new ArrayList<>();
        assertThrows(
                SystemdFailure.class,
                () -> driver.launchPause(PATH + "/berth-3f.scope/pod", "3f", entry -> {
                    born.addAll(entry.tasks());
                    assertEquals(null, entry.directory());
                    return PID;
                }));
        assertEquals(List.of(), born);
        assertEquals(List.of(new Scope("berth-3f.scope", new SliceName(SLICE), "Berth pod 3f", PID)), started);
    }

    @Test
    void takingBackWhatWasNeverMadeIsFine() {
        driver.killPause(PATH + "/berth-none.scope/pod", "none");
        driver.removeLeftover("berth-test-none");
    }
}
