package dev.berth.runtime.launch;

import static dev.berth.runtime.testing.Refusal.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.runtime.plan.Plan;
import dev.berth.runtime.plan.Stdio;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** Whole plans as text; where a variant differs, only the lines that differ. */
class ContainerPlanTest {
    private static final int BLOCK = 0060660;
    private static final int CHARACTER = 0020600;

    private static final String ROOT = """
            SESSION
            NEWFS proc nosuid,nodev,noexec as proc
            KEYRING
            WRITE proc thread-self/oom_score_adj '0'
            ATTACH root private
            MKDIR root /proc 0755
            NEWFS proc nosuid,nodev,noexec as proc2
            MOVE proc2 root /proc [nofollow]
            NEWFS sysfs ro,nosuid,nodev,noexec as sysfs
            MKDIR root /sys 0755
            MOVE sysfs root /sys [nofollow]
            NEWFS cgroup2 ro,nosuid,nodev,noexec as cgroup2
            MOVE cgroup2 sysfs fs/cgroup
            """;

    private static final String DEV = """
            NEWFS tmpfs mode=755,size=65536k nosuid as tmpfs
            MKDIR root /dev 0755
            MOVE tmpfs root /dev [nofollow]
            MKNOD tmpfs null c 1:3 0666 owner 0:0
            MKNOD tmpfs zero c 1:5 0666 owner 0:0
            MKNOD tmpfs full c 1:7 0666 owner 0:0
            MKNOD tmpfs random c 1:8 0666 owner 0:0
            MKNOD tmpfs urandom c 1:9 0666 owner 0:0
            MKNOD tmpfs tty c 5:0 0666 owner 0:0
            SYMLINK tmpfs fd -> /proc/self/fd
            SYMLINK tmpfs stdin -> /proc/self/fd/0
            SYMLINK tmpfs stdout -> /proc/self/fd/1
            SYMLINK tmpfs stderr -> /proc/self/fd/2
            SYMLINK tmpfs core -> /proc/kcore
            SYMLINK tmpfs ptmx -> pts/ptmx
            MKDIR tmpfs pts 0755
            NEWFS devpts gid=5,mode=0620,newinstance,ptmxmode=0666 nosuid,noexec as devpts
            MOVE devpts tmpfs pts
            MKDIR tmpfs mqueue 0755
            NEWFS mqueue nosuid,nodev,noexec as mqueue
            MOVE mqueue tmpfs mqueue
            """;

    private static final String PRIVILEGES = """
            PIVOT root
            CWD /work [create]
            AFFINITY
            UMASK 022
            BOUNDING keep 7
            IDS 1000:1001 [1001, 20]
            CAPS permitted 3 ambient 1
            EXEC [sh, -c, true] env [PATH=/bin:/usr/bin, HOME=/root] at [/bin/sh, /usr/bin/sh]
            """;

    private final Specs container = new Specs();

    @Test
    void inAUserNamespaceTheRootIsPutTogetherOutsideAndItsCopyIsEntered() {
        container.ids = new IdMap(100_000, 65_536);
        container.masked = List.of("/proc/kcore", "/sys/firmware");
        container.readonly = List.of("/proc/sys");
        Plan plan = container.compile();
        assertEquals(
                "INIT clone=mnt stdio=discard cgroup=cgroup oom=oom stdin=devnull owner=101000:101001",
                container.header(plan));
        List<String> operations = container.operations(plan);
        int fork = operations.indexOf("FORK mnt,cgroup,pid");
        assertEquals("""
                NEWFS proc nosuid,nodev,noexec as proc
                WRITE proc thread-self/oom_score_adj '0'
                AFFINITY
                FSIDS 100000:100000
                OPEN / as top
                MOVE root top root
                MKDIR root /proc 0755
                NEWFS sysfs ro,nosuid,nodev,noexec as sysfs
                MKDIR root /sys 0755
                MOVE sysfs root /sys [nofollow]
                NEWFS tmpfs gid=100000,mode=755,size=65536k,uid=100000 nosuid as tmpfs
                MKDIR root /dev 0755
                MOVE tmpfs root /dev [nofollow]
                MKNOD tmpfs null c 1:3 0666 owner 100000:100000
                """.lines().toList(), operations.subList(0, 14));
        assertEquals("""
                NEWFS tmpfs mode=0,nr_inodes=1,size=0 ro,nosuid,nodev,noexec as tmpfs2
                CLONE tmpfs null as null
                MASK root /sys/firmware by tmpfs2 or null
                NEWFS proc nosuid,nodev,noexec as proc2
                MOVE proc2 top proc
                CLONE tmpfs null as null2
                CHDIR root
                SETNS userns user
                IDS 0:0 []
                FORK mnt,cgroup,pid
                SESSION
                KEYRING
                HERE  as here
                CLONE here  as clone [recursive]
                NEWFS proc nosuid,nodev,noexec as proc3
                ATTACH clone private
                MOVE proc3 clone /proc [nofollow]
                NEWFS cgroup2 ro,nosuid,nodev,noexec as cgroup2
                MOVE cgroup2 clone /sys/fs/cgroup [nofollow]
                NEWFS devpts gid=5,mode=0620,newinstance,ptmxmode=0666 nosuid,noexec as devpts
                MOVE devpts clone /dev/pts
                NEWFS tmpfs mode=0,nr_inodes=1,size=0 ro,nosuid,nodev,noexec as tmpfs3
                MASK clone /proc/kcore by tmpfs3 or null2
                CLONE clone /proc/sys as sys [optional recursive]
                SETATTR sys ro [recursive]
                MOVE sys clone /proc/sys
                PIVOT clone
                CWD /work [create]
                UMASK 022
                """.lines().toList(), operations.subList(fork - 9, fork + 20));
    }

    @Test
    void inAPidNamespaceThatIsSharedNothingIsCloned() {
        container.ids = new IdMap(100_000, 65_536);
        container.pidTarget = "pause";
        List<String> operations = container.operations();
        int enter = operations.indexOf("SETNS userns user");
        assertEquals(List.of("IDS 0:0 []", "UNSHARE mnt,cgroup"), operations.subList(enter + 1, enter + 3));
    }

    @Test
    void aUserWhoIsNotInTheUserNamespaceIsRefusedAndNothingStaysOpen() {
        container.ids = new IdMap(100_000, 1000);
        assertRefused("the id 1000 is not in the pod's user namespace, which has the ids 0 to 999", container::compile);
        assertEquals(List.of(), container.kernel.open());
    }

    @Test
    void aPlainContainerIsThisPlan() {
        Plan plan = container.compile();
        assertEquals(
                "INIT clone=mnt,cgroup,pid stdio=discard cgroup=cgroup oom=oom stdin=devnull owner=1000:1001",
                container.header(plan));
        assertEquals((ROOT + DEV + PRIVILEGES).lines().toList(), container.operations(plan));
    }

    @Test
    void aLoggedContainerNamesItsLogInTheHeader() {
        container.log = true;
        container.stdio = Stdio.container(true, true, false);
        assertEquals(
                "INIT clone=mnt,cgroup,pid stdio=stdin,log cgroup=cgroup logdir=logs log=0.log oom=oom stdin=devnull owner=1000:1001",
                container.header());
    }

    @Test
    void aTerminalIsOpenedInTheContainersOwnDevptsAndBoundOnTheConsole() {
        container.stdio = Stdio.container(false, false, true);
        assertEquals("""
                MOVE mqueue tmpfs mqueue
                PTY devpts owner 1000:5
                CLONE devpts 0 as 0
                MKFILE tmpfs console 0600
                MOVE 0 tmpfs console
                PIVOT root
                """.lines().toList(), between("MOVE mqueue", "PIVOT"));
    }

    @Test
    void aReadOnlyRootIsMadeSoAfterEverythingElseIsMountedAndBeforeThePivot() {
        container.readonlyRoot = true;
        container.masked = List.of("/proc/kcore", "/proc/acpi");
        container.readonly = List.of("/proc/sys");
        assertEquals("""
                MOVE mqueue tmpfs mqueue
                NEWFS tmpfs mode=0,nr_inodes=1,size=0 ro,nosuid,nodev,noexec as tmpfs2
                CLONE tmpfs null as null
                MASK root /proc/kcore by tmpfs2 or null
                MASK root /proc/acpi by tmpfs2 or null
                CLONE root /proc/sys as sys [optional recursive]
                SETATTR sys ro [recursive]
                MOVE sys root /proc/sys
                SETATTR root ro
                PIVOT root
                """.lines().toList(), between("MOVE mqueue", "PIVOT"));
    }

    @Test
    void mountsGoFromTheOutermostInwardsAndInTheirOrderAmongEquals() {
        container
                .mount("/data/a/b", true)
                .mount("/data", true)
                .mount("/dev/shm", true)
                .mount("/etc/hosts", false)
                .mount("/data/a", true);
        assertEquals("""
                MKDIR root /data 0755
                MOVE mount:/data root /data
                MKDIR root /dev/shm 0755
                MOVE mount:/dev/shm root /dev/shm
                MKFILE root /etc/hosts 0644
                MOVE mount:/etc/hosts root /etc/hosts
                MKDIR root /data/a 0755
                MOVE mount:/data/a root /data/a
                MKDIR root /data/a/b 0755
                MOVE mount:/data/a/b root /data/a/b
                PIVOT root
                """.lines().toList(), between("MKDIR root /data 0755", "PIVOT"));
    }

    @Test
    void masksLieOverMountsThatTheUserAskedFor() {
        container.masked = List.of("/proc/kcore");
        container.mount("/proc/kcore", false);
        List<String> lines = container.operations();
        assertTrue(lines.indexOf("MOVE mount:/proc/kcore root /proc/kcore")
                < lines.indexOf("MASK root /proc/kcore by tmpfs2 or null"));
    }

    @Test
    void aDevThatTheContainerBringsGetsNothingOfOurs() {
        container.mount("/dev", true);
        container.stdio = Stdio.container(false, false, true);
        container.masked = List.of("/proc/kcore");
        List<String> lines = container.operations();
        assertEquals(
                List.of("MKDIR root /dev 0755", "MOVE mount:/dev root /dev"),
                only(lines, line -> line.contains(" /dev")));
        assertTrue(lines.contains("MASK root /proc/kcore by tmpfs2 or null"), "masks use a null device of our own");
        assertFalse(lines.stream().anyMatch(line -> line.startsWith("PTY")), lines.toString());
    }

    @Test
    void devicesAreMadeInDirectoriesOfTheirOwn() {
        container.device("/dev/snd/pcm", CHARACTER, 116, 2).device("/dev/sda", BLOCK, 8, 0);
        assertEquals("""
                MKDIR root /dev/snd 0755
                MKNOD root /dev/snd/pcm c 116:2 0600 owner 0:6
                MKDIR root /dev 0755
                MKNOD root /dev/sda b 8:0 0660 owner 0:6
                PIVOT root
                """.lines().toList(), between("MKDIR root /dev/snd", "PIVOT"));
    }

    /** A storage driver is privileged and mounts the node's /dev: nodes made there exist already, and would be the node's. */
    @Test
    void devicesAreNotMadeInsideAMountOfTheContainer() {
        container
                .mount("/dev", true)
                .mount("/run/fuse", false)
                .device("/dev/sda", BLOCK, 8, 0)
                .device("/run/fuse", CHARACTER, 10, 229);
        assertEquals(List.of(), only(container.operations(), line -> line.startsWith("MKNOD root")));
    }

    /** A privileged container has every device of the node, and may name one of them besides. */
    @Test
    void ofTwoDevicesWithOnePathTheLastIsMade() {
        container
                .device("/dev/fuse", CHARACTER, 10, 229)
                .device("/dev/null", CHARACTER, 1, 3)
                .device("/dev/fuse", CHARACTER, 10, 230);
        assertEquals(
                List.of("MKNOD root /dev/fuse c 10:230 0600 owner 0:6"),
                only(container.operations(), line -> line.startsWith("MKNOD root")));
    }

    @Test
    void aPrivilegedContainerMayWriteSysAndSeesTheNodesCgroups() {
        container.privileged = true;
        container.view = new CgroupView.Host(container.descriptor("host-cgroup"));
        Plan plan = container.compile();
        assertTrue(container.header(plan).startsWith("INIT clone=mnt,pid "), container.header(plan));
        List<String> lines = container.operations(plan);
        assertTrue(lines.contains("NEWFS sysfs nosuid,nodev,noexec as sysfs"));
        assertTrue(lines.contains("MOVE host-cgroup sysfs fs/cgroup"));
        assertFalse(lines.stream().anyMatch(line -> line.startsWith("SETATTR")), lines.toString());
    }

    @Test
    void onCgroupV1TheProcessJoinsEachHierarchyAndSeesItsOwnDirectories() {
        container.cgroupV1 = true;
        container.view = new CgroupView.Hierarchies(List.of(
                new CgroupView.Hierarchy("cpu,cpuacct", container.descriptor("own-cpu")),
                new CgroupView.Hierarchy("memory", container.descriptor("own-memory"))));
        Plan plan = container.compile();
        assertEquals("INIT clone=mnt,pid stdio=discard oom=oom stdin=devnull owner=1000:1001", container.header(plan));
        List<String> lines = container.operations(plan);
        assertEquals(List.of("CGROUP cpu.procs", "CGROUP memory.procs", "SESSION"), lines.subList(0, 3));
        assertEquals("""
                NEWFS tmpfs mode=755 nosuid,nodev,noexec as tmpfs
                MOVE tmpfs sysfs fs/cgroup
                MKDIR tmpfs cpu,cpuacct 0755
                MOVE own-cpu tmpfs cpu,cpuacct
                SYMLINK tmpfs cpu -> cpu,cpuacct
                SYMLINK tmpfs cpuacct -> cpu,cpuacct
                MKDIR tmpfs memory 0755
                MOVE own-memory tmpfs memory
                SETATTR tmpfs ro
                """.lines().toList(), between(lines, "NEWFS tmpfs mode=755 ", "SETATTR"));
    }

    @Test
    void pidNamespacesAreOwnSharedOrTheNodes() {
        container.pidTarget = "pause";
        assertTrue(container.header().contains("clone=mnt,cgroup stdio=discard cgroup=cgroup target=pause "));
        Specs host = new Specs();
        host.pidTarget = null;
        assertTrue(host.header().startsWith("INIT clone=mnt,cgroup stdio=discard cgroup=cgroup oom=oom"));
    }

    @Test
    void withoutNoNewPrivsTheFilterIsInstalledWhilePrivilegesAreThere() {
        container.seccomp = new Bpf(new byte[16], 2);
        assertEquals("""
                BOUNDING keep 7
                SECCOMP 2 instructions, flags 2
                IDS 1000:1001 [1001, 20]
                CAPS permitted 3 ambient 1
                """.lines().toList(), between("BOUNDING", "CAPS"));
    }

    @Test
    void withNoNewPrivsTheFilterIsTheLastThingBeforeTheProgram() {
        container.seccomp = new Bpf(new byte[16], 0);
        container.noNewPrivs = true;
        List<String> lines = between("BOUNDING", "EXEC");
        assertEquals("""
                BOUNDING keep 7
                NO_NEW_PRIVS
                IDS 1000:1001 [1001, 20]
                CAPS permitted 3 ambient 1
                SECCOMP 2 instructions, flags 0
                """.lines().toList(), lines.subList(0, lines.size() - 1));
    }

    @Test
    void limitsProfileAndScoreAreSetWhilePrivilegesAreThere() {
        container.rlimits = List.of(new Rlimit(Rlimit.NOFILE, 1024, -1));
        container.apparmor = "berth";
        container.oomScore = new ProcessSpec.OomScore(-500, false);
        List<String> lines = container.operations();
        assertEquals("WRITE proc thread-self/oom_score_adj '-500' [best-effort]", lines.get(3));
        assertEquals("""
                AFFINITY
                RLIMIT 7 1024:-1 [best-effort]
                WRITE proc thread-self/attr/apparmor/exec 'exec berth'
                UMASK 022
                """.lines().toList(), between(lines, "AFFINITY", "UMASK"));
    }

    @Test
    void aLabelIsOfTheProcessItsKeysAndAllThatIsMadeForIt() {
        container.selinux = "u:r:container_t:s0:c1,c2";
        container.label = new ContainerSpec.FileLabel("u:object_r:container_file_t:s0:c1,c2", true);
        container.masked = List.of("/proc/acpi");
        List<String> lines = container.operations();
        String keys = "WRITE proc thread-self/attr/keycreate 'u:r:container_t:s0:c1,c2' [best-effort]";
        assertEquals("KEYRING", lines.get(lines.indexOf(keys) + 1));
        String process = "WRITE proc thread-self/attr/exec 'u:r:container_t:s0:c1,c2'";
        assertEquals("UMASK 022", lines.get(lines.indexOf(process) + 1));
        String context = "context=u:object_r:container_file_t:s0:c1,c2";
        List<String> made = lines.stream()
                .filter(line -> line.startsWith("NEWFS ") && line.contains(context))
                .map(line -> line.replaceAll("NEWFS ([a-z]+).*", "$1"))
                .toList();
        assertEquals(List.of("tmpfs", "devpts", "tmpfs"), made);
        String queues = "LABEL mqueue u:object_r:container_file_t:s0:c1,c2";
        assertEquals("MOVE mqueue tmpfs mqueue", lines.get(lines.indexOf(queues) + 1));
    }

    @Test
    void theNodesQueuesKeepTheirLabel() {
        container.label = new ContainerSpec.FileLabel("u:object_r:container_file_t:s0", false);
        assertTrue(container.operations().stream().noneMatch(line -> line.startsWith("LABEL")));
    }

    @Test
    void theRootHasThePropagationThatItsMountsNeed() {
        container.rootPropagation = 1 << 20;
        assertTrue(container.operations().contains("ATTACH root shared"));
    }

    @Test
    void aPlanTakesEveryDescriptorOver() {
        container.log = true;
        container.mount("/data", true);
        container.compile().close();
        assertEquals(List.of(), container.kernel.open());
    }

    @Test
    void aContainerWithTooManyMountsIsRefusedAndNothingStaysOpen() {
        for (int i = 0; i < 300; i++) {
            container.mount("/m" + i, true);
        }
        container.cgroupV1 = true;
        container.view = new CgroupView.Hierarchies(
                List.of(new CgroupView.Hierarchy("memory", container.descriptor("own-memory"))));
        container.log = true;
        assertRefused("more than 256 descriptors", container::compile);
        assertEquals(List.of(), container.kernel.open());
    }

    @Test
    void anArgumentWithNulIsRefusedAndNothingStaysOpen() {
        container.arguments = List.of("a\0");
        assertRefused("NUL", container::compile);
        assertEquals(List.of(), container.kernel.open());
    }

    private List<String> between(String from, String to) {
        return between(container.operations(), from, to);
    }

    /** The lines from the first that begins with {@code from} to the next that begins with {@code to}, both included. */
    private static List<String> between(List<String> lines, String from, String to) {
        int first = index(lines, from, 0);
        return lines.subList(first, index(lines, to, first + 1) + 1);
    }

    private static int index(List<String> lines, String prefix, int from) {
        for (int i = from; i < lines.size(); i++) {
            if (lines.get(i).startsWith(prefix)) {
                return i;
            }
        }
        throw new AssertionError("no line begins with %s in %s".formatted(prefix, lines));
    }

    private static List<String> only(List<String> lines, Predicate<String> wanted) {
        return lines.stream().filter(wanted).toList();
    }
}
