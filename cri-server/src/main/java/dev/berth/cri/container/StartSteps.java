package dev.berth.cri.container;

import dev.berth.cri.image.Images;
import dev.berth.cri.pod.Platform;
import dev.berth.cri.pod.PodUserNamespace;
import dev.berth.cri.step.Step;
import dev.berth.cri.step.Verb;
import dev.berth.runtime.cgroup.CgroupSpec;
import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.launch.ContainerPlan;
import dev.berth.runtime.launch.ContainerSpec;
import dev.berth.runtime.plan.Plan;
import dev.berth.runtime.shim.Shim;
import dev.berth.state.v1.ContainerRecord;

/**
 * How a container comes to run: a cgroup with every limit in force, a detached root, pinned mounts, and one launch by the pod's
 * shim that executes the compiled plan.
 */
final class StartSteps {
    private final Platform platform;
    private final Containers containers;
    private final Images images;
    private final WritableLayer layer;
    private final HostMounts mounts;
    private final Devices devices;
    private final ContainerSpecs specs;
    private final OciLaunch oci;

    StartSteps(ContainerParts parts) {
        this.platform = parts.platform();
        this.containers = parts.containers();
        this.images = parts.images();
        this.layer = new WritableLayer(platform);
        this.mounts = new HostMounts(platform, images);
        this.devices = new Devices(platform.kernel());
        this.specs = new ContainerSpecs(platform, devices);
        this.oci = new OciLaunch(platform, specs, new OciSurroundings(platform, parts.processes(), devices));
    }

    Verb<ContainerStarting> verb() {
        return Verb.of(
                "StartContainer",
                Step.of("record", this::recordIntent),
                Step.of("cgroup", this::makeCgroup, this::removeCgroup),
                Step.of("root", this::mountRoot, this::closeRoot).alongsideThat(),
                Step.of("mounts", this::openMounts, this::closeMounts),
                Step.of("launch", this::launch),
                Step.of("running", this::markRunning));
    }

    /** The same by an OCI runtime. */
    Verb<ContainerStarting> ociVerb() {
        return Verb.of(
                "StartContainer",
                Step.of("record", this::recordIntent),
                Step.of("cgroup", this::makeCgroup, this::removeCgroup),
                Step.of("root", this::mountRoot, this::closeRoot).alongsideThat(),
                Step.of("mounts", this::openMounts, this::closeMounts),
                Step.of("bundle", oci::makeBundle, oci::removeBundle),
                Step.of("create", oci::create, oci::endCreated),
                Step.of("start", oci::start),
                Step.of("running", this::markRunning));
    }

    private void recordIntent(ContainerStarting starting) {
        phase(starting.container(), ContainerRecord.Phase.STARTING);
    }

    private void makeCgroup(ContainerStarting starting) {
        Container container = starting.container();
        ContainerRecord record = container.record();
        starting.cgroup(platform.cgroups()
                .create(new CgroupSpec(
                        container.pod().record().getCgroupParent(),
                        "berth-" + container.id(),
                        Resources.of(record.getResources()),
                        devices.policy(record))));
    }

    private void removeCgroup(ContainerStarting starting) {
        platform.cgroups().open(starting.container().record().getCgroup()).destroy();
    }

    private void mountRoot(ContainerStarting starting) {
        Container container = starting.container();
        if (container.pod().ids().own()) {
            starting.userNamespace(PodUserNamespace.open(platform, container.pod()));
        }
        starting.root(layer.mount(container, images.layers(container.record().getImageId()), starting.userNamespace()));
    }

    private void closeRoot(ContainerStarting starting) {
        starting.closeUserNamespace();
        if (starting.root() >= 0) {
            platform.kernel().close(starting.root());
            starting.root(-1);
        }
    }

    private void openMounts(ContainerStarting starting) {
        starting.mounts().addAll(mounts.open(starting.container(), starting.userNamespace()));
    }

    private void closeMounts(ContainerStarting starting) {
        Kernel kernel = platform.kernel();
        starting.mounts().forEach(mount -> mount.close(kernel));
        starting.mounts().clear();
    }

    /** From here on the plan owns every descriptor, and closes it once the shim has its own. */
    private void launch(ContainerStarting starting) throws InterruptedException {
        Container container = starting.container();
        Shim shim = container.pod().shim();
        ContainerSpec spec = specs.of(starting);
        starting.root(-1);
        starting.mounts().clear();
        Plan plan = ContainerPlan.compile(platform.kernel(), spec);
        starting.launchedAt(platform.now());
        shim.launch(container.id(), plan, platform.launchLimit());
    }

    private void markRunning(ContainerStarting starting) {
        Container container = starting.container();
        ContainerRecord running = container.record().toBuilder()
                .setPhase(ContainerRecord.Phase.RUNNING)
                .setStartedAt(starting.launchedAt())
                .build();
        containers.update(container, running);
    }

    private void phase(Container container, ContainerRecord.Phase phase) {
        containers.update(
                container, container.record().toBuilder().setPhase(phase).build());
    }
}
