package dev.berth.cri.container;

import dev.berth.cri.cdi.CdiDevices;
import dev.berth.cri.cdi.CdiEdits;
import dev.berth.cri.failure.CriFailure;
import dev.berth.cri.image.Images;
import dev.berth.cri.pod.Platform;
import dev.berth.cri.pod.Pod;
import dev.berth.cri.pod.Pods;
import dev.berth.cri.record.Ids;
import dev.berth.cri.record.InFlight;
import dev.berth.cri.server.Rpc;
import dev.berth.cri.step.Step;
import dev.berth.cri.step.Verb;
import dev.berth.cri.v1.ContainerConfig;
import dev.berth.cri.v1.ContainerMetadata;
import dev.berth.cri.v1.CreateContainerRequest;
import dev.berth.cri.v1.CreateContainerResponse;
import dev.berth.cri.v1.LinuxContainerUser;
import dev.berth.cri.v1.Mount;
import dev.berth.runtime.launch.IdMap;
import dev.berth.runtime.launch.ProcessSpec;
import dev.berth.runtime.signal.StopSignal;
import dev.berth.runtime.user.ResolvedUser;
import dev.berth.state.v1.ContainerRecord;
import dev.berth.state.v1.Labels;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * CreateContainer. Everything that can be known to be wrong is refused here; nothing runs yet. The same request again gets the
 * same container.
 */
public final class ContainerCreate implements Rpc<CreateContainerRequest, CreateContainerResponse> {
    private record Key(String pod, String name, int attempt) {}

    private final Platform platform;
    private final Pods pods;
    private final Containers containers;
    private final Images images;
    private final Processes processes;
    private final Users users;
    private final CdiDevices cdi;
    private final Devices devices;
    private final Verb<Container> verb;
    private final InFlight<Key, Container> inFlight = new InFlight<>();

    public ContainerCreate(ContainerParts parts) {
        this.platform = parts.platform();
        this.pods = parts.pods();
        this.containers = parts.containers();
        this.images = parts.images();
        this.processes = parts.processes();
        this.users = new Users(images);
        this.cdi = parts.cdi();
        this.devices = new Devices(platform.kernel());
        this.verb = verb(new WritableLayer(platform));
    }

    private Verb<Container> verb(WritableLayer layer) {
        return Verb.of(
                "CreateContainer",
                Step.of(
                        "record",
                        this::recordIntent,
                        container -> containers.store().remove(container.id())),
                Step.of("images", this::holdImages, container -> images.release(container.id())),
                Step.of("layer", layer::make, layer::remove),
                Step.of("created", this::markCreated));
    }

    @Override
    public CreateContainerResponse call(CreateContainerRequest request) throws InterruptedException {
        Pod pod = pods.get(request.getPodSandboxId());
        requireReady(pod);
        ContainerRequest.validate(request, pod);
        ContainerMetadata metadata = request.getConfig().getMetadata();
        Key key = new Key(pod.id(), metadata.getName(), metadata.getAttempt());
        Container container = inFlight.join(key, () -> existingOrNew(pod, request));
        if (!container.record().getConfig().equals(request.getConfig())) {
            throw new CriFailure(
                    CriFailure.Kind.CONFLICT,
                    "the container %s (attempt %d) exists in pod sandbox %s with another configuration as %s; remove it or raise the attempt"
                            .formatted(metadata.getName(), metadata.getAttempt(), pod.id(), container.id()),
                    null);
        }
        return CreateContainerResponse.newBuilder()
                .setContainerId(container.id())
                .build();
    }

    private static void requireReady(Pod pod) {
        if (!pod.ready()) {
            throw CriFailure.state("the pod sandbox %s is not ready, so no container can be made in it; make a new one"
                    .formatted(pod.id()));
        }
    }

    private Container existingOrNew(Pod pod, CreateContainerRequest request) throws InterruptedException {
        Container existing = named(pod, request.getConfig().getMetadata());
        if (existing != null) {
            return existing;
        }
        Container container = new Container(pod, plan(pod, request));
        ReentrantLock lock = pod.lock();
        lock.lock();
        try {
            requireReady(pod);
            verb.run(container, platform.watch());
        } finally {
            lock.unlock();
        }
        return container;
    }

    private static @Nullable Container named(Pod pod, ContainerMetadata metadata) {
        for (Container container : pod.containers().values()) {
            if (container.record().getConfig().getMetadata().equals(metadata)) {
                return container;
            }
        }
        return null;
    }

    /** Everything about the container that does not need the kernel. */
    private ContainerRecord plan(Pod pod, CreateContainerRequest request) {
        ContainerConfig config = request.getConfig();
        CdiEdits edits = cdi.of(config);
        Labels labels =
                platform.labelling().ofContainer(pod.record(), config.getLinux().getSecurityContext());
        List<Mount> mounts = mounts(config, edits);
        mounts.forEach(mount -> VolumeLabel.require(mount, labels));
        Images.Present image = images.require(config.getImage().getImage());
        Command command = Command.of(config, image.config()).with(edits.environment());
        ResolvedUser user = users.resolve(config.getLinux().getSecurityContext(), image);
        String id = Ids.random();
        ContainerRecord record = ContainerRecord.newBuilder()
                .setId(id)
                .setPodId(pod.id())
                .setConfig(config)
                .setImageId(image.id())
                .setCreatedAt(platform.now())
                .setPhase(ContainerRecord.Phase.MAKING)
                .setResources(config.getLinux().getResources())
                .setUser(user(user, edits))
                .setHome(user.home())
                .setLogPath(logPath(pod, config))
                .setCgroup(pod.record().getCgroupParent() + "/berth-" + id)
                .addAllArguments(command.arguments())
                .addAllEnvironment(command.environment())
                .addEnvironment("HOSTNAME=" + pod.hostname())
                .setWorkingDirectory(command.workingDirectory())
                .setStopSignal(StopSignal.resolve(
                        config.getStopSignal().name(), image.config().stopSignal()))
                .addAllVolumeImages(volumeImages(config))
                .setSeccompProfile(processes.seccompProfile(config.getLinux().getSecurityContext()))
                .setApparmorProfile(processes.appArmorProfile(config.getLinux().getSecurityContext()))
                .addAllDeclaredVolumes(DeclaredVolumes.of(mounts, image))
                .addAllCdiMounts(edits.mounts())
                .addAllCdiNodes(devices.resolve(edits.nodes()))
                .setLabels(labels)
                .build();
        requireIds(pod, processes.first(record).identity());
        devices.require(record);
        return record;
    }

    private static void requireIds(Pod pod, ProcessSpec.Identity identity) {
        IdMap ids = pod.ids();
        ids.host(identity.uid());
        ids.host(identity.gid());
        identity.groups().forEach(ids::host);
    }

    /** All mounts of a container: those of its request, then those of its CDI devices. */
    private List<Mount> mounts(ContainerConfig config, CdiEdits edits) {
        edits.mounts().forEach(MountRequest::validate);
        List<Mount> mounts = new ArrayList<>(config.getMountsList());
        mounts.addAll(edits.mounts());
        mounts.forEach(mount -> SharedSource.require(platform.kernel(), mount));
        return mounts;
    }

    private List<String> volumeImages(ContainerConfig config) {
        List<String> ids = new ArrayList<>();
        for (Mount mount : config.getMountsList()) {
            if (ImageVolume.isAskedFor(mount)) {
                Images.Present image = images.require(mount.getImage().getImage());
                ImageVolume.requireSubPath(platform.kernel(), images.layers(image.id()), mount);
                ids.add(image.id());
            }
        }
        return ids;
    }

    private static LinuxContainerUser user(ResolvedUser user, CdiEdits edits) {
        return LinuxContainerUser.newBuilder()
                .setUid(user.uid())
                .setGid(user.gid())
                .addAllSupplementalGroups(Stream.concat(user.additionalGids().stream(), edits.groups().stream())
                        .distinct()
                        .toList())
                .build();
    }

    private static String logPath(Pod pod, ContainerConfig config) {
        String directory = pod.record().getConfig().getLogDirectory();
        if (config.getLogPath().isEmpty() || directory.isEmpty()) {
            return "";
        }
        return Path.of(directory).resolve(config.getLogPath()).toString();
    }

    private void recordIntent(Container container) {
        containers.store().put(container.id(), container.record());
    }

    private void holdImages(Container container) {
        images.hold(container.id(), Images.usedBy(container.record()));
    }

    private void markCreated(Container container) {
        containers.update(
                container,
                container.record().toBuilder()
                        .setPhase(ContainerRecord.Phase.CREATED)
                        .build());
        containers.add(container);
    }
}
