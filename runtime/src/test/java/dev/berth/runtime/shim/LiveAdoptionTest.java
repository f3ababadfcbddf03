package dev.berth.runtime.shim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.runtime.kernel.Errno;
import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.kernel.KernelFailure;
import dev.berth.runtime.kernel.LinuxKernel;
import dev.berth.runtime.launch.Namespaces;
import dev.berth.runtime.plan.Plan;
import dev.berth.runtime.plan.PlanBuilder;
import dev.berth.runtime.plan.PlanKind;
import dev.berth.runtime.plan.Stdio;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Processes that a program leaves to the shim: adopted they are containers, otherwise nothing of them stays. */
class LiveAdoptionTest {
    private static final Kernel KERNEL = new LinuxKernel();
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private static LiveHelper node;

    @TempDir
    private Path directory;

    private LivePod pod;

    @BeforeAll
    static void startHelper(@TempDir Path state) throws Exception {
        node = LiveHelper.start(KERNEL, state);
    }

    @AfterAll
    static void endHelper() {
        if (node != null) {
            node.close();
        }
    }

    @BeforeEach
    void makePod() throws Exception {
        pod = new LivePod(KERNEL, node.reactor(), node.helper(), directory);
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        pod.close();
    }

    @Test
    void anOrphanThatIsAdoptedIsAContainer() throws Exception {
        pod.shim().create("c1", plan("sleep 60 & echo -n $! >%s".formatted(pidFile())), LIMIT);
        assertEquals(ProcessState.Phase.LAUNCHING, pod.shim().state().getFirst().phase());
        pod.shim().adopt("c1", pid());
        ProcessState adopted = pod.shim().state().getFirst();
        assertEquals(ProcessState.Phase.RUNNING, adopted.phase());
        assertEquals(pid(), adopted.pid());
        pod.shim().signal("c1", Kernel.SIGKILL);
        ProcessExit exit = pod.awaitExit();
        assertEquals("c1", exit.id());
        assertTrue(exit.signalled(Kernel.SIGKILL));
        pod.shim().forget("c1");
    }

    @Test
    void nobodyElsesProcessIsAdopted() throws Exception {
        pod.shim().create("c1", plan("true"), LIMIT);
        int own = KERNEL.getpid();
        assertErrno(Errno.ECHILD, () -> pod.shim().adopt("c1", own));
        assertErrno(Errno.ECHILD, () -> pod.shim().adopt("c1", 1));
        assertErrno(Errno.ECHILD, () -> pod.shim().adopt("c1", -1));
        assertErrno(Errno.ENOENT, () -> pod.shim().adopt("c2", own));
        pod.shim().forget("c1");
        assertEquals(List.of(), pod.shim().state());
    }

    @Test
    void oneProcessIsNotTwoContainers() throws Exception {
        pod.shim().create("c1", plan("sleep 60 & echo -n $! >%s".formatted(pidFile())), LIMIT);
        pod.shim().create("c2", plan("true"), LIMIT);
        pod.shim().adopt("c1", pid());
        assertErrno(Errno.EEXIST, () -> pod.shim().adopt("c2", pid()));
        assertErrno(Errno.EBUSY, () -> pod.shim().adopt("c1", pid()));
        pod.shim().forget("c2");
        pod.shim().signal("c1", Kernel.SIGKILL);
        pod.awaitExit();
    }

    @Test
    void aProgramThatFailsLeavesNothing() throws Exception {
        LaunchFailure failure =
                assertThrows(LaunchFailure.class, () -> pod.shim().create("c1", plan("exit 3"), LIMIT));
        assertEquals(Errno.ECANCELED, failure.errno());
        assertEquals(List.of(), pod.shim().state());
    }

    @Test
    void aProgramThatHangsCanBeKilled() throws Exception {
        assertThrows(ShimGone.class, () -> pod.shim().create("c1", plan("sleep 60"), Duration.ofMillis(300)));
        pod.shim().signal("c1", Kernel.SIGKILL);
        long end = System.nanoTime() + LIMIT.toNanos();
        while (!pod.shim().state().isEmpty() && System.nanoTime() < end) {
            Thread.sleep(5);
        }
        assertEquals(List.of(), pod.shim().state());
    }

    @Test
    void aTerminalIsTakenOnlyByWhoAskedForOne() throws Exception {
        pod.shim().create("c1", plan("true"), LIMIT);
        assertErrno(Errno.EINVAL, () -> pod.shim().terminal("c1", 0));
        assertErrno(Errno.ENOENT, () -> pod.shim().terminal("c2", 0));
        pod.shim().forget("c1");
    }

    private Path pidFile() {
        return directory.resolve("pid");
    }

    private int pid() throws Exception {
        return Integer.parseInt(Files.readString(pidFile()));
    }

    private static Plan plan(String script) {
        PlanBuilder plan = new PlanBuilder(PlanKind.CREATE, KERNEL);
        plan.stdio(Stdio.container(false, false, false));
        int mounts = KERNEL.openat(Kernel.AT_FDCWD, "/proc/self/ns/mnt", Kernel.O_RDONLY, 0);
        plan.setns("entering the node's mount namespace", plan.pass(mounts), Namespaces.MOUNT);
        plan.exec(List.of("sh", "-c", script), List.of("PATH=/bin:/usr/bin"), List.of("/bin/sh"));
        return plan.build();
    }

    private interface Call {
        void run() throws Exception;
    }

    private static void assertErrno(Errno expected, Call call) {
        KernelFailure failure = assertThrows(KernelFailure.class, call::run);
        assertEquals(expected, failure.errno());
    }
}
