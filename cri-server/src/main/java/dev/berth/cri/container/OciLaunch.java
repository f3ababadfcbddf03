package dev.berth.cri.container;

import dev.berth.cri.failure.CriFailure;
import dev.berth.cri.handler.ConsoleSocket;
import dev.berth.cri.handler.HandlerSettings;
import dev.berth.cri.handler.OciRuntime;
import dev.berth.cri.pod.Platform;
import dev.berth.cri.record.PrivateDirectories;
import dev.berth.runtime.cgroup.Cgroup;
import dev.berth.runtime.cgroup.CgroupLayout;
import dev.berth.runtime.kernel.Errno;
import dev.berth.runtime.kernel.Fd;
import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.kernel.KernelFailure;
import dev.berth.runtime.launch.BundleMount;
import dev.berth.runtime.launch.CgroupEntry;
import dev.berth.runtime.launch.ContainerSpec;
import dev.berth.runtime.launch.CreatePlan;
import dev.berth.runtime.oci.Bundle;
import dev.berth.runtime.oci.OciConfig;
import dev.berth.runtime.oci.RuntimeLog;
import dev.berth.runtime.plan.Plan;
import dev.berth.runtime.shim.LaunchFailure;
import dev.berth.runtime.shim.Shim;
import dev.berth.runtime.shim.ShimGone;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;

/**
 * How an OCI runtime makes a container: the pod's shim runs its {@code create}, adopts the process that it leaves, and only then the
 * runtime's {@code start} lets that process run the program.
 */
final class OciLaunch {
    private static final int FORGET_ROUNDS = 250;
    private static final Duration FORGET_PAUSE = Duration.ofMillis(20);

    private final Platform platform;
    private final ContainerSpecs specs;
    private final OciSurroundings surroundings;
    private final OciBundles bundles;

    OciLaunch(Platform platform, ContainerSpecs specs, OciSurroundings surroundings) {
        this.platform = platform;
        this.specs = specs;
        this.surroundings = surroundings;
        this.bundles = new OciBundles(platform);
    }

    void makeBundle(ContainerStarting starting) {
        Path directory =
                PrivateDirectories.make(bundles.of(starting.container()).directory());
        PrivateDirectories.make(directory.resolve(BundleMount.ROOT));
        PrivateDirectories.make(directory.resolve(BundleMount.FOLDER));
        PrivateDirectories.make(runtime(starting.container()).command().root());
    }

    void removeBundle(ContainerStarting starting) throws InterruptedException {
        bundles.clear(starting.container());
    }

    /** From here on the plan owns every descriptor, and closes it once the shim has its own. */
    void create(ContainerStarting starting) throws InterruptedException {
        Container container = starting.container();
        try {
            if (container.record().getConfig().getTty()) {
                createWithTerminal(starting);
            } else {
                run(starting, "");
            }
            container
                    .pod()
                    .shim()
                    .adopt(container.id(), OciBundles.pid(bundles.of(container).pidFile()));
        } catch (LaunchFailure failure) {
            throw failure.errno() == Errno.ECANCELED ? refused(container) : failure;
        } catch (KernelFailure failure) {
            throw CriFailure.internal(
                    "the process that the OCI runtime %s made for container %s is none of the shim's: %s"
                            .formatted(runtime(container).name(), container.id(), failure.getMessage()),
                    failure);
        }
        requireInCgroup(container, starting.cgroup());
        RuntimeCgroup.leave(platform, container);
    }

    private void createWithTerminal(ContainerStarting starting) throws InterruptedException {
        Container container = starting.container();
        Path path = OciBundles.console(bundles.of(container));
        try (ConsoleSocket console = ConsoleSocket.listen(platform.kernel(), path)) {
            run(starting, path.toString());
            try (Fd master = console.receive()) {
                container.pod().shim().terminal(container.id(), master.number());
            }
        }
    }

    private void run(ContainerStarting starting, String console) throws InterruptedException {
        Container container = starting.container();
        Shim shim = container.pod().shim();
        Plan plan = plan(starting, console);
        starting.launchedAt(platform.now());
        shim.create(container.id(), plan, platform.launchLimit());
    }

    private CriFailure refused(Container container) {
        String said = RuntimeLog.complaint(bundles.of(container).log());
        return CriFailure.invalid("the container %s could not be started: the OCI runtime %s refused it: %s"
                .formatted(
                        container.record().getConfig().getMetadata().getName(),
                        runtime(container).name(),
                        said.isEmpty() ? "it does not say why; its log or the container's may" : said));
    }

    private Plan plan(ContainerStarting starting, String console) {
        Container container = starting.container();
        Kernel kernel = platform.kernel();
        ContainerSpec whole = specs.forRuntime(starting);
        starting.root(-1);
        starting.mounts().clear();
        ContainerSpec spec = whole;
        int nodeMounts = -1;
        try {
            if (runtime(container).settings().cgroups() == HandlerSettings.Entry.PATH) {
                boolean unified = platform.cgroups().layout() instanceof CgroupLayout.V2;
                CgroupEntry beside = RuntimeCgroup.enter(platform, container);
                CgroupEntry rest = whole.cgroup().forProgramThatEnters(kernel, unified);
                spec = whole.entering(unified ? beside : rest);
            }
            prepareBundle(starting, spec);
            nodeMounts = nodeMounts(kernel);
        } catch (RuntimeException | InterruptedException failure) {
            spec.descriptors().forEach(kernel::close);
            throw failure instanceof RuntimeException wrong ? wrong : new IllegalStateException(failure);
        }
        Bundle bundle = bundles.of(container);
        return CreatePlan.compile(
                kernel,
                spec,
                nodeMounts,
                bundle.directory().toString(),
                runtime(container).command().create(container.id(), bundle, console));
    }

    private void prepareBundle(ContainerStarting starting, ContainerSpec spec) throws InterruptedException {
        Bundle bundle = bundles.of(starting.container());
        for (BundleMount mount : BundleMount.of(spec)) {
            Path point = bundle.directory().resolve(mount.name());
            if (mount.directory()) {
                PrivateDirectories.make(point);
            } else {
                OciBundles.write(point, new byte[0]);
            }
        }
        OciBundles.write(bundle.config(), OciConfig.bytes(platform.kernel(), spec, surroundings.of(starting, bundle)));
    }

    /** The mount namespace of this process, which is the node's. */
    static int nodeMounts(Kernel kernel) {
        return kernel.openat(Kernel.AT_FDCWD, "/proc/self/ns/mnt", Kernel.O_RDONLY, 0);
    }

    private void requireInCgroup(Container container, Cgroup cgroup) {
        if (!cgroup.isPopulated()) {
            throw new CriFailure(
                    CriFailure.Kind.INTERNAL,
                    "the OCI runtime %s did not put the container %s into the cgroup %s, so no limit would hold; see runtimes.%s.cgroups"
                            .formatted(
                                    runtime(container).name(),
                                    container.id(),
                                    cgroup.path(),
                                    runtime(container).name()),
                    null);
        }
    }

    /** Ends what create has begun: the runtime while it runs, else the process that it left. */
    void endCreated(ContainerStarting starting) throws InterruptedException {
        Container container = starting.container();
        try {
            end(platform, container);
        } catch (ShimGone | CriFailure _) {
            // What is left of it is in the cgroup.
        }
    }

    /** As {@link #endCreated}, also for what an earlier daemon has begun; the shim knows nothing of the container afterwards. */
    static void end(Platform platform, Container container) throws InterruptedException {
        Shim shim = container.pod().shim();
        try {
            shim.signal(container.id(), Kernel.SIGKILL);
        } catch (KernelFailure _) {
            // It has no process, or none yet.
        }
        RuntimeCgroup.destroy(platform, container);
        platform.cgroups().open(container.record().getCgroup()).kill();
        for (int i = 0; i < FORGET_ROUNDS; i++) {
            try {
                shim.forget(container.id());
                return;
            } catch (KernelFailure failure) {
                if (!failure.is(Errno.EBUSY)) {
                    return;
                }
                Thread.sleep(FORGET_PAUSE);
            }
        }
    }

    void start(ContainerStarting starting) throws InterruptedException {
        Container container = starting.container();
        runtime(container).start(container.id(), bundles.of(container));
    }

    private OciRuntime runtime(Container container) {
        return Objects.requireNonNull(bundles.runtime(container), "the handler was configured when the start began");
    }
}
