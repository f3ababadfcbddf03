package dev.berth.cri.container;

import dev.berth.cri.failure.CriFailure;
import dev.berth.cri.streaming.ProcessStreams;
import dev.berth.cri.v1.ExecRequest;
import dev.berth.runtime.kernel.Fd;
import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.kernel.Pipe;
import dev.berth.runtime.launch.ExecPlan;
import dev.berth.runtime.launch.ProcessSpec;
import dev.berth.runtime.plan.Plan;
import dev.berth.runtime.shim.LaunchFailure;
import dev.berth.runtime.shim.ProcessExit;
import dev.berth.runtime.shim.Shim;
import dev.berth.runtime.shim.TerminalExecution;
import java.util.concurrent.CompletableFuture;

/** Starts commands whose streams a client holds. */
final class StreamStarts {
    private final ContainerParts parts;
    private final Processes processes;

    StreamStarts(ContainerParts parts) {
        this.parts = parts;
        this.processes = parts.processes();
    }

    /** @throws CriFailure when it cannot be started; nothing of it is left */
    ProcessStreams start(Container container, ExecRequest request) throws InterruptedException {
        Shim shim = container.pod().shim();
        ExecSite site = ExecSite.make(parts, container);
        boolean started = false;
        try {
            ProcessStreams streams = request.getTty() ? onTerminal(shim, site, request) : onPipes(shim, site, request);
            started = true;
            return streams;
        } catch (LaunchFailure failure) {
            String sentence =
                    "the command could not be run in container %s: %s".formatted(container.id(), failure.getMessage());
            throw failure.ofExecution() ? CriFailure.invalid(sentence) : CriFailure.internal(sentence, failure);
        } finally {
            if (!started) {
                site.clear(false);
            }
        }
    }

    private ProcessStreams onPipes(Shim shim, ExecSite site, ExecRequest request) throws InterruptedException {
        Kernel kernel = parts.platform().kernel();
        ProcessSpec process = processes.exec(site.container().record(), request.getCmdList());
        try (StreamPipes pipes =
                StreamPipes.open(kernel, request.getStdin(), request.getStdout(), request.getStderr())) {
            pipes.own(process.identity(), site.container().pod().ids());
            Plan plan = site.plan(
                    process,
                    entry -> new ExecPlan.Passed(
                            entry,
                            StreamPipes.take(pipes.stdin().map(Pipe::readEnd)),
                            StreamPipes.take(pipes.stdout().map(Pipe::writeEnd)),
                            StreamPipes.take(pipes.stderr().map(Pipe::writeEnd))));
            CompletableFuture<ProcessExit> end =
                    shim.execute(site.id(), plan, parts.platform().launchLimit());
            return new ExecutedStreams(kernel, site, pipes.takeEnds(), null, end);
        }
    }

    /** A descriptor for each direction and one for its size, so that each may be closed when its time has come. */
    private ProcessStreams onTerminal(Shim shim, ExecSite site, ExecRequest request) throws InterruptedException {
        Kernel kernel = parts.platform().kernel();
        ProcessSpec process = processes.execOnTerminal(site.container().record(), request.getCmdList());
        Plan plan = site.plan(process, ExecPlan.Terminal::new);
        TerminalExecution execution =
                shim.executeOnTerminal(site.id(), plan, parts.platform().launchLimit());
        try (Fd master = new Fd(kernel, execution.master());
                Fd output = new Fd(kernel, kernel.dup(master.number()));
                Fd input = new Fd(kernel, kernel.dup(master.number()))) {
            StreamEnds ends = new StreamEnds(
                    request.getStdin() ? input.release() : -1, request.getStdout() ? output.release() : -1, -1);
            Fd window = new Fd(kernel, master.release());
            return new ExecutedStreams(kernel, site, ends, window, execution.end());
        }
    }
}
