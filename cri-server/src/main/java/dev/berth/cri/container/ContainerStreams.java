package dev.berth.cri.container;

import dev.berth.cri.failure.CriFailure;
import dev.berth.cri.pod.Platform;
import dev.berth.cri.pod.Pod;
import dev.berth.cri.pod.PodConnect;
import dev.berth.cri.pod.Pods;
import dev.berth.cri.streaming.ProcessStreams;
import dev.berth.cri.streaming.StreamTargets;
import dev.berth.cri.v1.AttachRequest;
import dev.berth.cri.v1.ContainerConfig;
import dev.berth.cri.v1.ExecRequest;
import dev.berth.cri.v1.PortForwardRequest;
import dev.berth.runtime.kernel.Fd;
import dev.berth.runtime.kernel.KernelFailure;
import dev.berth.runtime.kernel.Pipe;
import dev.berth.runtime.shim.Attachment;
import dev.berth.runtime.shim.Hangup;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What Exec, Attach and PortForward lead to on this node. */
public final class ContainerStreams implements StreamTargets {
    private final Platform platform;
    private final Pods pods;
    private final Containers containers;
    private final StreamStarts starts;
    private final PodConnect connect;

    public ContainerStreams(ContainerParts parts) {
        this.platform = parts.platform();
        this.pods = parts.pods();
        this.containers = parts.containers();
        this.starts = new StreamStarts(parts);
        this.connect = new PodConnect(parts.platform().kernel());
    }

    @Override
    public void checkExec(ExecRequest request) {
        container(request);
    }

    @Override
    public void checkAttach(AttachRequest request) {
        container(request);
    }

    @Override
    public void checkPortForward(PortForwardRequest request) {
        Pod pod = pods.get(request.getPodSandboxId());
        PodConnect.check(pod);
        request.getPortList().forEach(port -> PodConnect.check(pod, port));
    }

    @Override
    public ProcessStreams exec(ExecRequest request) throws InterruptedException {
        return starts.start(container(request), request);
    }

    @Override
    public ProcessStreams attach(AttachRequest request) throws InterruptedException {
        Container container = container(request);
        ContainerConfig config = container.record().getConfig();
        boolean stdin = request.getStdin() && config.getStdin();
        try (StreamPipes pipes = StreamPipes.open(
                platform.kernel(), stdin, request.getStdout(), request.getStderr() && !config.getTty())) {
            if (!pipes.none()) {
                attach(container, pipes, config.getStdinOnce() && !config.getTty());
            }
            List<Hangup> hangups = hangups(pipes);
            return new AttachedStreams(container, pipes.takeEnds(), hangups);
        }
    }

    private static void attach(Container container, StreamPipes pipes, boolean once) throws InterruptedException {
        try {
            Attachment attachment = new Attachment(
                    StreamPipes.number(pipes.stdin().map(Pipe::readEnd)),
                    StreamPipes.number(pipes.stdout().map(Pipe::writeEnd)),
                    StreamPipes.number(pipes.stderr().map(Pipe::writeEnd)),
                    once);
            container.pod().shim().attach(container.id(), attachment);
        } catch (KernelFailure failure) {
            throw refused(container, failure);
        }
    }

    private static CriFailure refused(Container container, KernelFailure failure) {
        return switch (failure.errno()) {
            case EAGAIN ->
                new CriFailure(
                        CriFailure.Kind.EXHAUSTED,
                        "the pod sandbox %s has as many attached clients as it can have; end one of them"
                                .formatted(container.pod().id()),
                        failure);
            case ENOENT, ESRCH -> notRunning(container, failure);
            default -> CriFailure.internal("the container %s cannot be attached to".formatted(container.id()), failure);
        };
    }

    private List<Hangup> hangups(StreamPipes pipes) {
        List<Hangup> hangups = new ArrayList<>();
        try {
            for (Optional<Pipe> pipe : List.of(pipes.stdout(), pipes.stderr())) {
                pipe.map(Pipe::readEnd)
                        .map(Fd::number)
                        .map(platform.reactor()::hangup)
                        .ifPresent(hangups::add);
            }
            return hangups;
        } catch (RuntimeException failure) {
            hangups.forEach(Hangup::close);
            throw failure;
        }
    }

    @Override
    public int connect(String podSandboxId, int port) throws InterruptedException {
        return connect.connect(pods.get(podSandboxId), port);
    }

    private Container container(ExecRequest request) {
        Container container = containers.get(request.getContainerId());
        streams(
                "to execute a command in container " + container.id(),
                request.getTty() && request.getStderr(),
                request.getStdin() || request.getStdout() || request.getStderr());
        ExecSite.check(container, request.getCmdList());
        return container;
    }

    private Container container(AttachRequest request) {
        Container container = containers.get(request.getContainerId());
        streams(
                "to attach to container " + container.id(),
                request.getTty() && request.getStderr(),
                request.getStdin() || request.getStdout() || request.getStderr());
        if (!container.running() || container.killed()) {
            throw notRunning(container, null);
        }
        return container;
    }

    private static void streams(String purpose, boolean terminalWithStderr, boolean any) {
        if (terminalWithStderr) {
            throw CriFailure.invalid(
                    "the request %s asks for a terminal and for stderr, but a terminal has one output; leave stderr out"
                            .formatted(purpose));
        }
        if (!any) {
            throw CriFailure.invalid("the request %s asks for none of stdin, stdout and stderr; ask for one at least"
                    .formatted(purpose));
        }
    }

    private static CriFailure notRunning(Container container, @Nullable Throwable cause) {
        return new CriFailure(
                CriFailure.Kind.STATE,
                "the container %s is not running, so it cannot be attached to; start it first"
                        .formatted(container.id()),
                cause);
    }
}
