package dev.berth.cri.container;

import dev.berth.cri.failure.CriFailure;
import dev.berth.cri.pod.Platform;
import dev.berth.cri.record.InFlight;
import dev.berth.cri.server.Rpc;
import dev.berth.cri.step.Verb;
import dev.berth.cri.v1.StartContainerRequest;
import dev.berth.cri.v1.StartContainerResponse;
import dev.berth.runtime.cgroup.CgroupFailure;
import dev.berth.runtime.shim.LaunchFailure;
import dev.berth.state.v1.ContainerRecord;
import java.util.concurrent.locks.ReentrantLock;

/** StartContainer. When it fails the container has exited, with the reason StartError and the sentence that the caller got. */
public final class ContainerStart implements Rpc<StartContainerRequest, StartContainerResponse> {
    static final String START_ERROR = "StartError";
    private static final int NEVER_RAN = 128;

    private final Platform platform;
    private final Containers containers;
    private final Processes processes;
    private final Verb<ContainerStarting> verb;
    private final Verb<ContainerStarting> ociVerb;
    private final OciBundles bundles;
    private final InFlight<String, Boolean> inFlight = new InFlight<>();

    public ContainerStart(ContainerParts parts) {
        this.platform = parts.platform();
        this.containers = parts.containers();
        this.processes = parts.processes();
        StartSteps steps = new StartSteps(parts);
        this.verb = steps.verb();
        this.ociVerb = steps.ociVerb();
        this.bundles = new OciBundles(platform);
    }

    @Override
    public StartContainerResponse call(StartContainerRequest request) throws InterruptedException {
        Container container = containers.get(request.getContainerId());
        inFlight.join(container.id(), () -> {
            ReentrantLock podLock = container.pod().lock();
            ReentrantLock lock = container.lock();
            podLock.lock();
            lock.lock();
            try {
                start(container);
            } finally {
                lock.unlock();
                podLock.unlock();
            }
            return true;
        });
        return StartContainerResponse.getDefaultInstance();
    }

    private void start(Container container) throws InterruptedException {
        if (container.removed()) {
            throw CriFailure.notFound("the container %s was removed meanwhile".formatted(container.id()));
        }
        if (container.record().getPhase() != ContainerRecord.Phase.CREATED) {
            throw CriFailure.state("the container %s is %s, and only a created container can be started"
                    .formatted(container.id(), container.state()));
        }
        if (!container.pod().ready()) {
            throw CriFailure.state("the pod sandbox %s of container %s is stopped"
                    .formatted(container.pod().id(), container.id()));
        }
        Verb<ContainerStarting> chosen = bundles.runtime(container) == null ? verb : ociVerb;
        try {
            chosen.run(new ContainerStarting(container, processes.first(container.record())), platform.watch());
        } catch (RuntimeException failure) {
            CriFailure told = told(container, failure);
            markFailed(container, told.sentence(), exitCode(failure));
            throw told;
        }
    }

    private static CriFailure told(Container container, RuntimeException failure) {
        String name = container.record().getConfig().getMetadata().getName();
        return switch (failure) {
            case CriFailure cri -> cri;
            case LaunchFailure launch ->
                new CriFailure(
                        CriFailure.Kind.INVALID,
                        "the container %s could not be started: %s".formatted(name, launch.getMessage()),
                        launch);
            case IllegalArgumentException wrong ->
                new CriFailure(
                        CriFailure.Kind.INVALID,
                        "the container %s could not be started: %s".formatted(name, wrong.getMessage()),
                        wrong);
            case CgroupFailure cgroup
            when cgroup.kind() == CgroupFailure.Kind.INVALID ->
                new CriFailure(CriFailure.Kind.INVALID, String.valueOf(cgroup.getMessage()), cgroup);
            default ->
                CriFailure.internal("the container %s could not be started: %s".formatted(name, failure), failure);
        };
    }

    private static int exitCode(RuntimeException failure) {
        return failure instanceof LaunchFailure launch && launch.ofExecution() ? launch.exitCode() : NEVER_RAN;
    }

    private void markFailed(Container container, String message, int exitCode) {
        containers.update(
                container,
                container.record().toBuilder()
                        .setPhase(ContainerRecord.Phase.EXITED)
                        .setFinishedAt(platform.now())
                        .setExitCode(exitCode)
                        .setReason(START_ERROR)
                        .setMessage(message)
                        .build());
    }
}
