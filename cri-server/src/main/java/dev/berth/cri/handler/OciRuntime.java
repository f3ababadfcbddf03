package dev.berth.cri.handler;

import dev.berth.cri.failure.CriFailure;
import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.launch.Invocation;
import dev.berth.runtime.launch.RunPlan;
import dev.berth.runtime.oci.Bundle;
import dev.berth.runtime.oci.RuntimeCommand;
import dev.berth.runtime.oci.RuntimeLog;
import dev.berth.runtime.shim.LaunchFailure;
import dev.berth.runtime.shim.ProcessExit;
import dev.berth.runtime.shim.Programs;
import dev.berth.runtime.shim.ShimGone;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;

/** One OCI runtime of the node: its short commands, which are run by the helper. What stays is run by the pod's shim. */
public final class OciRuntime {
    private static final int MOST_OUTPUT = 64 << 10;

    private final HandlerSettings settings;
    private final Kernel kernel;
    private final Programs programs;
    private final Duration limit;

    /** @param limit how long a command may take */
    public OciRuntime(HandlerSettings settings, Kernel kernel, Programs programs, Duration limit) {
        this.settings = settings;
        this.kernel = kernel;
        this.programs = programs;
        this.limit = limit;
    }

    public String name() {
        return settings.name();
    }

    public HandlerSettings settings() {
        return settings;
    }

    public RuntimeCommand command() {
        return settings.command();
    }

    /** Lets the process of a container that was created run its program. */
    public void start(String id, Bundle bundle) throws InterruptedException {
        ProcessExit exit = run("start", id, command().start(id, bundle));
        if (exit.exitCode() != 0) {
            String logged = RuntimeLog.complaint(bundle.log());
            throw failed("start", id, exit, logged);
        }
    }

    /** Sends a signal to the container's first process. */
    public void kill(String id, int signal) throws InterruptedException {
        check("kill", id, command().kill(id, signal));
    }

    /** Takes back what the runtime keeps of a container; one that it never heard of is fine. */
    public void delete(String id) throws InterruptedException {
        check("delete", id, command().delete(id));
    }

    /** What the runtime calls the container's state: created, running, stopped; empty when it does not know it. */
    public String status(String id) throws InterruptedException {
        ProcessExit exit = run("state", id, command().state(id));
        return exit.exitCode() == 0 ? RuntimeLog.status(exit.stdout()) : "";
    }

    private void check(String verb, String id, Invocation invocation) throws InterruptedException {
        ProcessExit exit = run(verb, id, invocation);
        if (exit.exitCode() != 0) {
            throw failed(verb, id, exit, "");
        }
    }

    private ProcessExit run(String verb, String id, Invocation invocation) throws InterruptedException {
        Optional<ProcessExit> end;
        try {
            int stdin = kernel.openat(Kernel.AT_FDCWD, "/dev/null", Kernel.O_RDONLY, 0);
            end = programs.run(
                    RunPlan.compile(kernel, invocation.arguments(), invocation.environment(), stdin, MOST_OUTPUT),
                    limit);
        } catch (LaunchFailure | ShimGone failure) {
            throw CriFailure.internal(
                    "the OCI runtime %s could not be run to %s the container %s: %s"
                            .formatted(name(), verb, id, failure.getMessage()),
                    failure);
        }
        return end.orElseThrow(() -> new CriFailure(
                CriFailure.Kind.DEADLINE,
                "the OCI runtime %s did not %s the container %s within %d s and was killed"
                        .formatted(name(), verb, id, limit.toSeconds()),
                null));
    }

    private CriFailure failed(String verb, String id, ProcessExit exit, String logged) {
        String said =
                logged.isEmpty() ? RuntimeLog.complaint(new String(exit.stderr(), StandardCharsets.UTF_8)) : logged;
        return new CriFailure(
                CriFailure.Kind.INTERNAL,
                "the OCI runtime %s failed to %s the container %s with exit code %d: %s"
                        .formatted(name(), verb, id, exit.exitCode(), said.isEmpty() ? "it does not say why" : said),
                null);
    }
}
