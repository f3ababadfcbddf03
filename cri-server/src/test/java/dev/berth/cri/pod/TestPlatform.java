package dev.berth.cri.pod;

import dev.berth.cri.confinement.Labelling;
import dev.berth.cri.failure.CriFailure;
import dev.berth.cri.handler.Handlers;
import dev.berth.cri.record.RecordStore;
import dev.berth.cri.step.StepWatch;
import dev.berth.runtime.cgroup.Cgroups;
import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.kernel.LinuxKernel;
import dev.berth.state.v1.ContainerRecord;
import dev.berth.state.v1.PodRecord;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListSet;

/** A platform in a temporary directory, without a helper: good for all that starts no process. Its cgroups do not exist. */
public final class TestPlatform implements PodNetwork, StepWatch {
    public static final String CGROUP_PARENT =
            "/berth-test-none-" + ProcessHandle.current().pid();

    private static final Duration LAUNCH_LIMIT = Duration.ofSeconds(30);

    private final Platform platform;
    private final List<String> steps = new ArrayList<>();
    private final ConcurrentSkipListSet<String> attached = new ConcurrentSkipListSet<>();
    private volatile String clinging = "";
    private Instant now = Instant.ofEpochSecond(1_000);

    @SuppressWarnings("NullAway") // Nothing in these tests reaches the reactor or the helper.
    public TestPlatform(Path directory) {
        Kernel kernel = new LinuxKernel();
        Layout layout = new Layout(directory.resolve("state"), directory.resolve("root"), directory.resolve("netns"));
        Cgroups cgroups = Cgroups.ofThisNode(kernel);
        platform = new Platform(
                kernel,
                null,
                null,
                cgroups,
                Handlers.builtIn(),
                this,
                layout,
                new CgroupfsDriver(cgroups, CGROUP_PARENT, false),
                LAUNCH_LIMIT,
                new UserNamespaceSupport(Optional::empty),
                Labelling.none(),
                this,
                () -> now);
    }

    public Platform platform() {
        return platform;
    }

    public RecordStore<PodRecord> podStore() {
        return new RecordStore<>(platform.layout().podRecords(), PodRecord.parser(), PodRecord::getId);
    }

    public RecordStore<ContainerRecord> containerStore() {
        return new RecordStore<>(
                platform.layout().containerRecords(), ContainerRecord.parser(), ContainerRecord::getId);
    }

    /** Steps that were taken, as {@code verb/step outcome}. */
    public List<String> steps() {
        return List.copyOf(steps);
    }

    public void pass(Duration time) {
        now = now.plus(time);
    }

    /** Makes a pod count as attached to the network. */
    public TestPlatform attach(String pod) {
        attached.add(pod);
        return this;
    }

    /** From now on the network of this pod cannot be released. */
    public void refuseToDetach(String pod) {
        clinging = pod;
    }

    @Override
    public List<String> attach(PodRecord pod, Path netns) {
        attached.add(pod.getId());
        return List.of("10.0.0.2");
    }

    @Override
    public void detach(String pod) {
        if (pod.equals(clinging)) {
            throw new CriFailure(CriFailure.Kind.UNAVAILABLE, "the network of %s clings".formatted(pod), null);
        }
        attached.remove(pod);
    }

    @Override
    public List<String> attached() {
        return List.copyOf(attached);
    }

    @Override
    public String notReady() {
        return "";
    }

    @Override
    public synchronized void took(String verb, String step, String outcome, Duration time) {
        steps.add("%s/%s %s".formatted(verb, step, outcome));
    }
}
