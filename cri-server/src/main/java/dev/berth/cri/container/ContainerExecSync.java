package dev.berth.cri.container;

import com.google.protobuf.UnsafeByteOperations;
import dev.berth.cri.failure.CriFailure;
import dev.berth.cri.server.Rpc;
import dev.berth.cri.v1.ExecSyncRequest;
import dev.berth.cri.v1.ExecSyncResponse;
import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.launch.ExecPlan;
import dev.berth.runtime.launch.ProcessSpec;
import dev.berth.runtime.plan.Plan;
import dev.berth.runtime.shim.LaunchFailure;
import dev.berth.runtime.shim.ProcessExit;
import dev.berth.runtime.shim.Shim;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * ExecSync. The command runs in a cgroup leaf of its own, so that a timeout or a client that is gone ends all of it. A command
 * that cannot be executed is a result (126, 127), not an error: probes must fail, not be ignored.
 */
public final class ContainerExecSync implements Rpc<ExecSyncRequest, ExecSyncResponse> {
    private static final int KEPT_OUTPUT = 16 << 20;
    private static final long NO_LIMIT = Long.MAX_VALUE;

    private final ContainerParts parts;
    private final Processes processes;

    public ContainerExecSync(ContainerParts parts) {
        this.parts = parts;
        this.processes = parts.processes();
    }

    @Override
    public ExecSyncResponse call(ExecSyncRequest request) throws InterruptedException {
        Container container = parts.containers().get(request.getContainerId());
        ExecSite.check(container, request.getCmdList());
        ExecSite site = ExecSite.make(parts, container);
        boolean ended = false;
        try {
            ProcessExit exit = await(container, request, start(site, request));
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
            site.clear(ended);
        }
    }

    private CompletableFuture<ProcessExit> start(ExecSite site, ExecSyncRequest request) throws InterruptedException {
        Container container = site.container();
        Shim shim = container.pod().shim();
        Kernel kernel = parts.platform().kernel();
        ProcessSpec process = processes.exec(container.record(), request.getCmdList());
        Plan plan = site.plan(
                process,
                entry -> new ExecPlan.Capture(
                        entry, kernel.openat(Kernel.AT_FDCWD, "/dev/null", Kernel.O_RDONLY, 0), KEPT_OUTPUT));
        return shim.execute(site.id(), plan, parts.platform().launchLimit());
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
}
