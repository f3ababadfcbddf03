package dev.berth.runtime.shim;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.runtime.cgroup.Cgroup;
import dev.berth.runtime.cgroup.CgroupLayout;
import dev.berth.runtime.cgroup.CgroupResources;
import dev.berth.runtime.cgroup.CgroupSpec;
import dev.berth.runtime.cgroup.Cgroups;
import dev.berth.runtime.cgroup.DevicePolicy;
import dev.berth.runtime.kernel.Fd;
import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.launch.CgroupEntry;
import dev.berth.runtime.launch.CgroupView;
import dev.berth.runtime.launch.ContainerPlan;
import dev.berth.runtime.launch.ContainerSpec;
import dev.berth.runtime.launch.ExecPlan;
import dev.berth.runtime.launch.IdMap;
import dev.berth.runtime.launch.Namespaces;
import dev.berth.runtime.launch.PodPlan;
import dev.berth.runtime.launch.ProcessSpec;
import dev.berth.runtime.launch.UserNamespace;
import dev.berth.runtime.plan.Plan;
import dev.berth.runtime.plan.Stdio;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** A pod of a live test: a real shim in namespaces of its own, containers of busybox on overlays in a temporary directory. */
final class LivePod {
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final String SOCKET = "shim.sock";

    private final Kernel kernel;
    private final Path directory;
    private final Cgroups cgroups;
    private final String parent = "/berth-test-shim-" + ProcessHandle.current().pid();
    private final BlockingQueue<ProcessExit> exits = new LinkedBlockingQueue<>();
    private final int pid;
    private CompletableFuture<Boolean> ended = new CompletableFuture<>();
    private Shim shim;

    LivePod(Kernel kernel, Reactor reactor, Helper helper, Path directory) throws Exception {
        this.kernel = kernel;
        this.directory = directory;
        this.cgroups = Cgroups.ofThisNode(kernel);
        try (Fd dir = open(directory);
                Fd listener = new Fd(kernel, kernel.listenSeqpacket(dir.number(), SOCKET, 4))) {
            long namespaces = Namespaces.NET | Namespaces.IPC | Namespaces.UTS;
            pid = helper.spawn(
                    "pod",
                    listener.number(),
                    PodPlan.compile(kernel, new PodPlan.Pod(namespaces, IdMap.NODE, "pod-host", List.of())));
        }
        shim = connect(reactor);
        Files.createDirectories(directory.resolve("lower/bin"));
        Files.copy(Path.of("/bin/busybox"), directory.resolve("lower/bin/busybox"));
    }

    private Shim connect(Reactor reactor) {
        CompletableFuture<Boolean> end = new CompletableFuture<>();
        ended = end;
        try (Fd dir = open(directory)) {
            return Shim.connect(reactor, dir, SOCKET, new Shim.Listener() {
                @Override
                public void containerExited(ProcessExit exit) {
                    exits.add(exit);
                }

                @Override
                public void shimEnded() {
                    end.complete(true);
                }
            });
        }
    }

    /** Speaks to the same shim over another reactor, as a daemon does that was started anew. */
    void reconnect(Reactor reactor) {
        shim = connect(reactor);
    }

    Shim shim() {
        return shim;
    }

    int pid() {
        return pid;
    }

    Path log(String id) {
        return directory.resolve("logs").resolve(id + ".log");
    }

    /** Launches {@code busybox sh -c script} as the first process of a container. */
    int launch(String id, String script) throws Exception {
        return launch(id, process("/bin/busybox", "sh", "-c", script));
    }

    int launch(String id, String script, boolean stdin, boolean tty) throws Exception {
        return launch(id, process("/bin/busybox", "sh", "-c", script), Stdio.container(true, stdin, tty));
    }

    int launch(String id, ProcessSpec process) throws Exception {
        return launch(id, process, Stdio.container(true, false, false));
    }

    private int launch(String id, ProcessSpec process, Stdio stdio) throws Exception {
        Files.createDirectories(directory.resolve("logs"));
        Cgroup cgroup = cgroups.create(new CgroupSpec(parent, "berth-" + id, CgroupResources.NONE, DevicePolicy.all()));
        ContainerSpec spec = new ContainerSpec(
                process,
                overlay(id),
                Kernel.MS_PRIVATE,
                false,
                false,
                ContainerSpec.FileLabel.NONE,
                "",
                UserNamespace.NODE,
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                entry(cgroup),
                view(),
                new ContainerSpec.Output(
                        stdio,
                        kernel.openat(Kernel.AT_FDCWD, directory.resolve("logs").toString(), Kernel.O_DIRECTORY, 0),
                        id + ".log",
                        devNull(),
                        cgroup.openOomFile().release()));
        return shim.launch(id, ContainerPlan.compile(kernel, spec), LIMIT);
    }

    /** Executes {@code busybox sh -c script} in a container and waits for its end. */
    ProcessExit execute(String container, String id, String script) throws Exception {
        return start(container, id, script, entry -> new ExecPlan.Capture(entry, devNull(), 1 << 20))
                .get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    }

    /** Executes with other streams. */
    CompletableFuture<ProcessExit> start(
            String container, String id, String script, Function<CgroupEntry, ExecPlan.Streams> streams)
            throws Exception {
        return shim.execute(id, plan(container, script, streams), LIMIT);
    }

    TerminalExecution startOnTerminal(String container, String id, String script) throws Exception {
        return shim.executeOnTerminal(id, plan(container, script, ExecPlan.Terminal::new), LIMIT);
    }

    private Plan plan(String container, String script, Function<CgroupEntry, ExecPlan.Streams> streams) {
        Cgroup cgroup = cgroups.open(parent + "/berth-" + container);
        return ExecPlan.compile(
                kernel,
                new ExecPlan.Target(container, cgroups.layout() instanceof CgroupLayout.V2, IdMap.NODE),
                process("/bin/busybox", "sh", "-c", script),
                streams.apply(entry(cgroup)));
    }

    ProcessExit awaitExit() throws InterruptedException {
        ProcessExit exit = exits.poll(LIMIT.toSeconds(), TimeUnit.SECONDS);
        if (exit == null) {
            throw new AssertionError("no container exited within " + LIMIT);
        }
        return exit;
    }

    boolean awaitEnd() throws Exception {
        return ended.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    }

    static ProcessSpec process(String... arguments) {
        return new ProcessSpec(
                List.of(arguments),
                List.of("PATH=/bin", "HOME=/"),
                "/",
                new ProcessSpec.Identity(0, 0, List.of()),
                new ProcessSpec.Capabilities(0, 0, 0),
                true,
                null,
                "",
                "",
                new ProcessSpec.OomScore(0, false),
                List.of());
    }

    private int overlay(String id) throws IOException {
        Path upper = Files.createDirectories(directory.resolve(id).resolve("upper"));
        Path work = Files.createDirectories(directory.resolve(id).resolve("work"));
        try (Fd fs = new Fd(kernel, kernel.fsopen("overlay"))) {
            kernel.fsconfigString(
                    fs.number(), "lowerdir", directory.resolve("lower").toString());
            kernel.fsconfigString(fs.number(), "upperdir", upper.toString());
            kernel.fsconfigString(fs.number(), "workdir", work.toString());
            kernel.fsconfigCreate(fs.number());
            return kernel.fsmount(fs.number(), 0);
        }
    }

    private CgroupView view() {
        return switch (cgroups.layout()) {
            case CgroupLayout.V2 _ -> new CgroupView.Unified(false);
            case CgroupLayout.V1 _ -> new CgroupView.Hierarchies(List.of());
        };
    }

    private static CgroupEntry entry(Cgroup cgroup) {
        Fd v2 = cgroup.openV2();
        return new CgroupEntry(
                v2 == null ? null : v2.release(),
                cgroup.openTasks().stream().map(Fd::release).toList());
    }

    private int devNull() {
        return kernel.openat(Kernel.AT_FDCWD, "/dev/null", Kernel.O_RDWR, 0);
    }

    private Fd open(Path path) {
        return new Fd(kernel, kernel.openat(Kernel.AT_FDCWD, path.toString(), Kernel.O_PATH | Kernel.O_DIRECTORY, 0));
    }

    /** Kills what runs, ends the shim and removes the cgroups; nothing of the pod is left. */
    void close() throws Exception {
        Cgroup all = cgroups.open(parent);
        if (all.exists()) {
            all.kill();
            assertTrue(all.awaitEmpty(LIMIT), "processes are left in " + parent);
        }
        if (!ended.isDone()) {
            while (shim.state().stream().anyMatch(state -> state.phase() != ProcessState.Phase.EXITED)) {
                Thread.sleep(5);
            }
            shim.shutdown();
        }
        all.remove();
        assertFalse(all.exists());
    }
}
