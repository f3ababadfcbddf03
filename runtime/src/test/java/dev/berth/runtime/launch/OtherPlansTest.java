package dev.berth.runtime.launch;

import static dev.berth.runtime.testing.Refusal.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.runtime.plan.Plan;
import dev.berth.runtime.sysctl.SysctlWrite;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Plans of execs, pods, pause processes and programs of the node. */
class OtherPlansTest {
    private final Specs specs = new Specs();

    @Test
    void anExecEntersTheContainerAndIsConfinedAsItsFirstProcess() {
        specs.seccomp = new Bpf(new byte[8], 0);
        specs.noNewPrivs = true;
        Plan plan = exec(true);
        assertEquals(
                "EXEC clone=- stdio=capture cgroup=cgroup target=c1 stdin=devnull owner=1000:1001 limit=4096",
                specs.header(plan));
        assertEquals("""
                SESSION
                NEWFS proc nosuid,nodev,noexec as proc
                KEYRING
                WRITE proc thread-self/oom_score_adj '0'
                SETNS target mnt,cgroup
                CWD /work
                AFFINITY
                UMASK 022
                BOUNDING keep 7
                NO_NEW_PRIVS
                IDS 1000:1001 [1001, 20]
                CAPS permitted 3 ambient 1
                SECCOMP 1 instructions, flags 0
                EXEC [sh, -c, true] env [PATH=/bin:/usr/bin, HOME=/root] at [/bin/sh, /usr/bin/sh]
                """.lines().toList(), specs.operations(plan));
    }

    @Test
    void anExecWithoutACgroupNamespaceEntersTheMountsOnly() {
        assertEquals("SETNS target mnt", specs.operations(exec(false)).get(4));
    }

    @Test
    void anExecWithNulIsRefusedAndNothingStaysOpen() {
        specs.arguments = List.of("a", "\0");
        specs.cgroupV1 = true;
        assertRefused("NUL", () -> exec(true));
        assertEquals(List.of(), specs.kernel.open());
    }

    @Test
    void aPodMakesItsNamespacesThenTheirHostnameLoopbackAndSysctls() {
        Plan plan = PodPlan.compile(
                specs.kernel,
                new PodPlan.Pod(
                        Namespaces.NET | Namespaces.UTS | Namespaces.IPC,
                        IdMap.NODE,
                        "web",
                        List.of(new SysctlWrite("sys/net/ipv4/ip_forward", "1"))));
        assertEquals("POD clone=- stdio=- owner=0:0", specs.header(plan));
        assertEquals("""
                UNSHARE uts,ipc,net
                HOSTNAME web
                LOOPBACK
                NEWFS proc nosuid,nodev,noexec as proc
                WRITE proc sys/net/ipv4/ip_forward '1'
                """.lines().toList(), specs.operations(plan));
        assertEquals(
                "setting the sysctl sys/net/ipv4/ip_forward to 1",
                plan.purposes().getLast());
    }

    @Test
    void aPodWithAUserNamespaceMakesTheOthersInItAndWritesItsIpcSysctlsAsItsRoot() {
        PodPlan.Pod pod = new PodPlan.Pod(
                Namespaces.NET | Namespaces.UTS | Namespaces.IPC,
                new IdMap(100_000, 65_536),
                "web",
                List.of(new SysctlWrite("sys/kernel/shmmax", "1"), new SysctlWrite("sys/net/ipv4/ip_forward", "1")));
        assertEquals("""
                NEWFS proc nosuid,nodev,noexec as proc
                USERNS proc '0 100000 65536' '0 100000 65536' uts,ipc,net
                HOSTNAME web
                LOOPBACK
                NEWFS proc nosuid,nodev,noexec as proc2
                WRITE proc2 sys/net/ipv4/ip_forward '1'
                IDS 100000:100000 []
                WRITE proc2 sys/kernel/shmmax '1'
                IDS 0:0 []
                """.lines().toList(), specs.operations(PodPlan.compile(specs.kernel, pod)));
    }

    @Test
    void anExecEntersTheUserNamespaceWithTheOthers() {
        ExecPlan.Capture capture = new ExecPlan.Capture(specs.cgroup(), specs.descriptor("devnull"), 4096);
        ExecPlan.Target target = new ExecPlan.Target("c1", false, new IdMap(100_000, 65_536));
        Plan plan = ExecPlan.compile(specs.kernel, target, specs.process(), capture);
        List<String> operations = specs.operations(plan);
        int enter = operations.indexOf("SETNS target mnt,user");
        assertEquals(
                List.of("AFFINITY", "SETNS target mnt,user", "IDS 0:0 []", "KEYRING", "CWD /work"),
                operations.subList(enter - 1, enter + 4));
        assertTrue(specs.header(plan).contains("owner=101000:101001"), specs.header(plan));
    }

    @Test
    void thePauseProcessOfAUserNamespaceIsBornInIt() {
        Plan plan = PodPlan.pause(
                specs.kernel,
                specs.cgroup(),
                new UserNamespace(specs.descriptor("userns"), new IdMap(100_000, 65_536)),
                PodPlan.Confinement.NONE);
        assertEquals(
                List.of("SETNS userns user", "IDS 0:0 []", "FORK mnt,pid", "SESSION", "PAUSE"), specs.operations(plan));
    }

    @Test
    void thePauseProcessIsHeldLikeAContainer() {
        Plan plan = PodPlan.pause(
                specs.kernel,
                specs.cgroup(),
                new UserNamespace(specs.descriptor("userns"), new IdMap(100_000, 65_536)),
                new PodPlan.Confinement("berth-default", "u:object_r:container_file_t:s0"));
        assertEquals("""
                NEWFS proc nosuid,nodev,noexec as proc
                SETNS userns user
                IDS 0:0 []
                FORK mnt,pid
                SESSION
                NEWFS tmpfs context=u:object_r:container_file_t:s0,mode=555 ro,nosuid,nodev,noexec as tmpfs
                ATTACH tmpfs
                PIVOT tmpfs
                WRITE proc thread-self/attr/apparmor/current 'changeprofile berth-default'
                PAUSE
                """.lines().toList(), specs.operations(plan));
    }

    @Test
    void aPodOfTheNodesNamespacesDoesNothing() {
        assertEquals(List.of(), specs.operations(pod(0)));
    }

    @Test
    void aPodOfTheNodesNetworkKeepsTheNodesHostname() {
        assertEquals(List.of("UNSHARE ipc"), specs.operations(pod(Namespaces.IPC)));
    }

    @Test
    void thePauseProcessIsFirstInItsPidNamespaceAndExecutesNothing() {
        Plan plan = PodPlan.pause(specs.kernel, specs.cgroup(), UserNamespace.NODE, PodPlan.Confinement.NONE);
        assertEquals("PAUSE clone=mnt,pid stdio=- cgroup=cgroup owner=0:0", specs.header(plan));
        assertEquals(List.of("SESSION", "PAUSE"), specs.operations(plan));
    }

    @Test
    void aProgramOfTheNodeIsRunByItsPath() {
        Plan plan = RunPlan.compile(
                specs.kernel,
                List.of("/opt/cni/bin/bridge"),
                List.of("CNI_COMMAND=ADD"),
                specs.descriptor("config"),
                1 << 20);
        assertEquals("RUN clone=- stdio=capture stdin=config owner=0:0 limit=1048576", specs.header(plan));
        assertEquals(
                List.of("SESSION", "EXEC [/opt/cni/bin/bridge] env [CNI_COMMAND=ADD] at [/opt/cni/bin/bridge]"),
                specs.operations(plan));
    }

    @Test
    void aProgramWithNulIsRefusedAndNothingStaysOpen() {
        int stdin = specs.descriptor("config");
        assertRefused("NUL", () -> RunPlan.compile(specs.kernel, List.of("/a\0"), List.of(), stdin, 1));
        assertEquals(List.of(), specs.kernel.open());
    }

    @Test
    void aNameIsLookedUpAsExecvpWould() {
        assertEquals(List.of("/bin/true"), ExecutablePath.candidates("/bin/true", List.of("PATH=/x")));
        assertEquals(List.of("./true"), ExecutablePath.candidates("./true", List.of("PATH=/x")));
        assertEquals(List.of(""), ExecutablePath.candidates("", List.of()));
        assertEquals(List.of("/y/true", "./true"), ExecutablePath.candidates("true", List.of("PATH=/x", "PATH=/y:")));
        assertEquals(
                "/usr/local/sbin/true",
                ExecutablePath.candidates("true", List.of()).getFirst());
    }

    private Plan exec(boolean cgroupNamespace) {
        ExecPlan.Capture capture = new ExecPlan.Capture(specs.cgroup(), specs.descriptor("devnull"), 4096);
        ExecPlan.Target target = new ExecPlan.Target("c1", cgroupNamespace, IdMap.NODE);
        return ExecPlan.compile(specs.kernel, target, specs.process(), capture);
    }

    private Plan pod(long namespaces) {
        return PodPlan.compile(specs.kernel, new PodPlan.Pod(namespaces, IdMap.NODE, "web", List.of()));
    }
}
