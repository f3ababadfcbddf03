package dev.berth.cri.container;

import com.google.protobuf.UnsafeByteOperations;
import dev.berth.cri.failure.CriFailure;
import dev.berth.cri.pod.Platform;
import dev.berth.cri.record.Ids;
import dev.berth.cri.server.Rpc;
import dev.berth.cri.v1.ExecSyncRequest;
import dev.berth.cri.v1.ExecSyncResponse;
import dev.berth.runtime.cgroup.Cgroup;
import dev.berth.runtime.cgroup.CgroupLayout;
import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.launch.CgroupEntry;
import dev.berth.runtime.launch.ExecPlan;
import dev.berth.runtime.launch.ProcessSpec;
import dev.berth.runtime.plan.Plan;
import dev.berth.runtime.shim.LaunchFailure;
import dev.berth.runtime.shim.ProcessExit;
import dev.berth.runtime.shim.Shim;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * ExecSync. The command runs in a cgroup leaf of its own, so that a timeout or a client that is gone ends all of it. A command
 * that cannot be executed is a result (126, 127), not an error: probes must fail, not be ignored.
 */
public final class ContainerExecSync implements Rpc<ExecSyncRequest, ExecSyncResponse> {
    private static final Logger LOG = System.getLogger(ContainerExecSync.class.getName());
    private static final int KEPT_OUTPUT = 16 << 20;
    private static final int ID_LENGTH = 24;
    private static final Duration DEATH = Duration.ofSeconds(5);
    private static final long NO_LIMIT = Long.MAX_VALUE;

    private final Platform platform;
    private final Containers containers;
    private final Processes processes;

    public ContainerExecSync(ContainerParts parts) {
        this.platform = parts.platform();
        this.containers = parts.containers();
        this.processes = parts.processes();
    }

    @Override
    public ExecSyncResponse call(ExecSyncRequest request) throws InterruptedException {
        Container container = containers.get(request.getContainerId());
        if (request.getCmdCount() == 0) {
            throw CriFailure.invalid("the command to execute in container %s is empty".formatted(container.id()));
        }
        if (!container.running() || container.killed()) {
            throw CriFailure.state(
                    "the container %s is not running, so nothing can be executed in it".formatted(container.id()));
        }
        String id = "exec-" + Ids.random().substring(0, ID_LENGTH);
        Cgroup leaf = platform.cgroups().open(container.record().getCgroup()).child(id);
        boolean ended = false;
        try {
            ProcessExit exit = await(container, request, start(container, request, id, leaf));
            ended = true;
            return response(exit);
        } catch (LaunchFailure failure) {
            ended = true;
            if (failure.ofExecution()) {
                return notExecuted(failure);
            }
            throw CriFailure.internal(
                    "the command could not be run in container %s: %s".formatted(container.id(), failure.getMessage()),
                    failure);
        } finally {
            clear(leaf, ended);
        }
    }

    private CompletableFuture<ProcessExit> start(Container container, ExecSyncRequest request, String id, Cgroup leaf)
            throws InterruptedException {
        Shim shim = container.pod().shim();
        Kernel kernel = platform.kernel();
        boolean unified = platform.cgroups().layout() instanceof CgroupLayout.V2;
        boolean privileged =
                container.record().getConfig().getLinux().getSecurityContext().getPrivileged();
        ProcessSpec process = processes.exec(container.record(), request.getCmdList());
        ExecPlan.Capture capture = new ExecPlan.Capture(
                CgroupEntry.open(leaf), kernel.openat(Kernel.AT_FDCWD, "/dev/null", Kernel.O_RDONLY, 0), KEPT_OUTPUT);
        Plan plan = ExecPlan.compile(kernel, container.id(), unified && !privileged, process, capture);
        return shim.execute(id, plan, platform.launchLimit());
    }

    private static ProcessExit await(Container container, ExecSyncRequest request, CompletableFuture<ProcessExit> end)
            throws InterruptedException {
        long seconds = request.getTimeout() > 0 ? request.getTimeout() : NO_LIMIT;
        try {
            return end.get(seconds, TimeUnit.SECONDS);
        } catch (TimeoutException late) {
            throw new CriFailure(
                    CriFailure.Kind.DEADLINE,
                    "the command in container %s was killed after %d s, the time it was given"
                            .formatted(container.id(), seconds),
                    late);
        } catch (ExecutionException broken) {
            throw CriFailure.internal(
                    "the shim of container %s is gone, and the command's result with it".formatted(container.id()),
                    broken);
        }
    }

    private static ExecSyncResponse response(ProcessExit exit) {
        return ExecSyncResponse.newBuilder()
                .setStdout(UnsafeByteOperations.unsafeWrap(exit.stdout()))
                .setStderr(UnsafeByteOperations.unsafeWrap(exit.stderr()))
                .setExitCode(exit.exitCode())
                .build();
    }

    private static ExecSyncResponse notExecuted(LaunchFailure failure) {
        byte[] sentence = (failure.getMessage() + "\n").getBytes(StandardCharsets.UTF_8);
        return ExecSyncResponse.newBuilder()
                .setStderr(UnsafeByteOperations.unsafeWrap(sentence))
                .setExitCode(failure.exitCode())
                .build();
    }

    /**
     * Removes the command's cgroup. A command that did not end by itself is killed with all that it started; what one that ended
     * left in the background lives on until the container ends.
     */
    private static void clear(Cgroup leaf, boolean ended) {
        try {
            if (!ended) {
                leaf.kill();
                leaf.awaitEmpty(DEATH);
            }
            if (!leaf.isPopulated()) {
                leaf.remove();
            }
        } catch (RuntimeException failure) {
            LOG.log(Level.WARNING, "the cgroup {0} is still there: {1}", leaf.path(), failure.getMessage());
        }
    }
}
