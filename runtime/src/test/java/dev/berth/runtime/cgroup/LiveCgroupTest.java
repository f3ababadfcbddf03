package dev.berth.runtime.cgroup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.runtime.kernel.Fd;
import dev.berth.runtime.kernel.LinuxKernel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Real cgroups of this machine, whichever layout it has; needs root and removes all it makes. */
class LiveCgroupTest {
    private static final LinuxKernel KERNEL = new LinuxKernel();

    private final Cgroups cgroups = Cgroups.ofThisNode(KERNEL);
    private final String parent = "/berth-test-" + ProcessHandle.current().pid();

    @AfterEach
    void removeAll() {
        Cgroup all = cgroups.open(parent);
        all.kill();
        assertTrue(all.awaitEmpty(Duration.ofSeconds(5)));
        all.remove();
        assertFalse(all.exists());
    }

    @Test
    void aProcessOverItsMemoryLimitIsKilledAndCounted() throws Exception {
        Cgroup cgroup = create(CgroupResources.NONE.withMemory(16 << 20, 0));
        try (Fd events = cgroup.openOomFile()) {
            Process process = startIn(cgroup, "head -c 200m /dev/zero | tail -n 1");
            assertTrue(process.waitFor(20, TimeUnit.SECONDS));
            byte[] text = new byte[4096];
            int length = KERNEL.pread(events.number(), text, 0, text.length, 0);
            assertTrue(Cgroup.oomKills(new String(text, 0, length, StandardCharsets.UTF_8)) > 0);
        }
        assertTrue(cgroup.oomKills() > 0);
        CgroupStats.Memory memory = cgroup.stats().memory();
        assertNotNull(memory);
        assertEquals(16L << 20, memory.limit());
    }

    @Test
    void killingWinsAgainstAProcessThatForksAllTheTime() throws Exception {
        Cgroup cgroup = create(CgroupResources.NONE.withPids(64));
        Process process =
                startIn(cgroup, "fork() { sleep 0.01 & fork2; }; fork2() { while :; do (sleep 9 &) ; done; }; fork");
        while (cgroup.pids().size() < 20) {
            Thread.sleep(5);
        }
        cgroup.kill();
        assertTrue(cgroup.awaitEmpty(Duration.ofSeconds(5)), () -> "left: " + cgroup.pids());
        assertEquals(128 + 9, process.waitFor());
        assertFalse(cgroup.isPopulated());
    }

    @Test
    void withoutCgroupKillForksAreForbiddenAndTheListIsEmptied() throws Exception {
        Cgroup cgroup = create(CgroupResources.NONE.withPids(64));
        Process process = startIn(cgroup, "while :; do (sleep 9 &) ; done");
        while (cgroup.pids().size() < 20) {
            Thread.sleep(5);
        }
        new CgroupKill(cgroups, cgroup).run();
        assertEquals(List.of(), cgroup.pids());
        process.waitFor();
    }

    @Test
    void limitsAreInForceForTheFirstProcess() throws Exception {
        CgroupResources asked = CgroupResources.NONE
                .withCpu(new CgroupResources.Cpu(512, 100_000, 50_000, "1", ""))
                .withPids(5);
        Cgroup cgroup = create(asked);
        Process process =
                startIn(cgroup, "taskset -p $$ >&2; sleep 60 & sleep 60 & sleep 60 & sleep 60 & sleep 60 & wait");
        String error = new String(process.getErrorStream().readNBytes(40), StandardCharsets.UTF_8);
        assertTrue(error.contains("affinity mask: 2"), error);
        process.destroyForcibly().waitFor();
        CgroupStats.Pids pids = cgroup.stats().pids();
        assertNotNull(pids);
        assertEquals(5L, pids.limit());
        assertTrue(pids.current() <= 5);
    }

    @Test
    void anUpdateThatCannotBeKeptChangesNothing() {
        Cgroup cgroup = create(CgroupResources.NONE.withMemory(64 << 20, 0));
        CgroupResources asked =
                CgroupResources.NONE.withMemory(128 << 20, 0).withCpu(new CgroupResources.Cpu(0, 10, 0, "", ""));
        assertThrows(CgroupFailure.class, () -> cgroup.update(asked));
        CgroupStats.Memory memory = cgroup.stats().memory();
        assertNotNull(memory);
        assertEquals(64L << 20, memory.limit());
        cgroup.update(CgroupResources.NONE.withMemory(32 << 20, 0));
        cgroup.update(CgroupResources.NONE.withMemory(-1, 0));
    }

    @Test
    void onlyAllowedDevicesCanBeOpened() throws Exception {
        DevicePolicy policy = DevicePolicy.defaultsAnd(List.of());
        Cgroup cgroup = cgroups.create(new CgroupSpec(parent, "berth-1", CgroupResources.NONE, policy));
        assertEquals(0, startIn(cgroup, ": </dev/zero").waitFor());
        assertEquals(3, startIn(cgroup, "(: </dev/kmsg) || exit 3").waitFor());
    }

    @Test
    void killingAnExecLeavesTheContainerRunning() throws Exception {
        killAnExec(create(CgroupResources.NONE));
    }

    @Test
    void onV1AloneAnExecIsKilledThroughItsPidsCgroup() throws Exception {
        if (cgroups.layout() instanceof CgroupLayout.V1 layout) {
            Cgroups alone = new Cgroups(new CgroupLayout.V1(layout.controllers(), null, Set.of()), KERNEL);
            killAnExec(alone.create(new CgroupSpec(parent, "berth-1", CgroupResources.NONE, DevicePolicy.all())));
        }
    }

    private static void killAnExec(Cgroup cgroup) throws Exception {
        Process container = startIn(cgroup, "exec sleep 60");
        Cgroup exec = cgroup.child("exec-1");
        Process inside = startIn(exec, "sleep 60 & sleep 60; :");
        while (exec.pids().size() < 3 || cgroup.pids().size() < 4) {
            Thread.sleep(5);
        }
        exec.kill();
        assertEquals(128 + 9, inside.waitFor());
        assertTrue(exec.awaitEmpty(Duration.ofSeconds(5)));
        exec.remove();
        assertTrue(container.isAlive());
        cgroup.kill();
        assertEquals(128 + 9, container.waitFor());
    }

    @Test
    void descriptorsLeadToTheCgroup() throws IOException {
        Cgroup cgroup = create(CgroupResources.NONE);
        List<Fd> tasks = cgroup.openTasks();
        assertEquals(
                cgroup.directories().keySet().stream()
                        .filter(tree -> !tree.v2())
                        .count(),
                tasks.size());
        for (Fd file : tasks) {
            // cgroup.procs would wait for a grace period of RCU at each start.
            assertEquals(
                    Path.of("tasks"),
                    Files.readSymbolicLink(Path.of("/proc/self/fd/" + file.number()))
                            .getFileName());
            file.close();
        }
        try (Fd v2 = cgroup.openV2()) {
            assertEquals(cgroup.v2Directory() == null, v2 == null);
        }
        Path directory = cgroup.v2Directory();
        assertTrue(directory == null || directory.endsWith(parent.substring(1) + "/berth-1"));
    }

    private Cgroup create(CgroupResources resources) {
        return cgroups.create(new CgroupSpec(parent, "berth-1", resources, DevicePolicy.all()));
    }

    /** Starts a shell that enters every directory of the cgroup before it runs the script. */
    private static Process startIn(Cgroup cgroup, String script) throws IOException {
        StringBuilder enter = new StringBuilder();
        cgroup.directories()
                .values()
                .forEach(dir -> enter.append("echo 0 >").append(dir).append("/cgroup.procs; "));
        return new ProcessBuilder("bash", "-c", enter + script)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }
}
