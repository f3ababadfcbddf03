package dev.berth.cri.container;

import dev.berth.cri.failure.CriFailure;
import dev.berth.cri.pod.Platform;
import dev.berth.cri.pod.Pod;
import dev.berth.cri.v1.ContainerConfig;
import dev.berth.cri.v1.LinuxContainerSecurityContext;
import dev.berth.cri.v1.NamespaceOption;
import dev.berth.runtime.cgroup.Cgroup;
import dev.berth.runtime.cgroup.CgroupHierarchy;
import dev.berth.runtime.cgroup.CgroupLayout;
import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.launch.CgroupEntry;
import dev.berth.runtime.launch.CgroupView;
import dev.berth.runtime.launch.ContainerSpec;
import dev.berth.runtime.launch.DeviceNode;
import dev.berth.runtime.launch.MountFlags;
import dev.berth.runtime.plan.Stdio;
import dev.berth.state.v1.ContainerRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Puts together what the plan compiler wants to know of a container that is being started. */
final class ContainerSpecs {
    private final Platform platform;
    private final Devices devices;

    ContainerSpecs(Platform platform, Devices devices) {
        this.platform = platform;
        this.devices = devices;
    }

    /** The descriptors in the result are the plan's. */
    ContainerSpec of(ContainerStarting starting) {
        boolean privileged = starting.container()
                .record()
                .getConfig()
                .getLinux()
                .getSecurityContext()
                .getPrivileged();
        return of(starting, () -> view(starting.cgroup(), privileged));
    }

    /** As {@link #of(ContainerStarting)} for an OCI runtime, which shows cgroups in its own way. */
    ContainerSpec forRuntime(ContainerStarting starting) {
        boolean writable = platform.cgroups().layout() instanceof CgroupLayout.V2
                && platform.podCgroups().writable();
        return of(starting, () -> new CgroupView.Unified(writable));
    }

    private ContainerSpec of(ContainerStarting starting, Supplier<CgroupView> view) {
        ContainerRecord record = starting.container().record();
        LinuxContainerSecurityContext security = record.getConfig().getLinux().getSecurityContext();
        boolean privileged = security.getPrivileged();
        List<DeviceNode> nodes = devices.nodes(record);
        // A wrong log path fails here, before anything else is opened.
        ContainerSpec.Output output = output(record, starting.cgroup());
        return new ContainerSpec(
                starting.process(),
                starting.root(),
                HostMounts.rootPropagation(record),
                security.getReadonlyRootfs(),
                privileged,
                label(starting.container()),
                pidTarget(starting.container()),
                starting.takeUserNamespace(),
                starting.mounts(),
                nodes,
                privileged ? List.of() : security.getMaskedPathsList(),
                privileged ? List.of() : security.getReadonlyPathsList(),
                CgroupEntry.open(starting.cgroup()),
                view.get(),
                output);
    }

    private static ContainerSpec.FileLabel label(Container container) {
        String text = container.record().getLabels().getFile();
        return new ContainerSpec.FileLabel(
                text, !text.isEmpty() && !container.pod().hostIpc());
    }

    static @Nullable String pidTarget(Container container) {
        NamespaceOption options =
                container.record().getConfig().getLinux().getSecurityContext().getNamespaceOptions();
        return switch (options.getPid()) {
            case CONTAINER -> "";
            case NODE -> null;
            case TARGET -> options.getTargetId();
            case POD -> Pod.PAUSE;
            case UNRECOGNIZED ->
                throw CriFailure.invalid("the pid namespace mode %d is not known".formatted(options.getPidValue()));
        };
    }

    private CgroupView view(Cgroup cgroup, boolean privileged) {
        return switch (platform.cgroups().layout()) {
            case CgroupLayout.V2 v2 when privileged -> new CgroupView.Host(clone(v2.root(), false));
            case CgroupLayout.V2 _ ->
                new CgroupView.Unified(platform.podCgroups().writable());
            case CgroupLayout.V1 v1 -> {
                List<CgroupView.Hierarchy> hierarchies = new ArrayList<>();
                for (CgroupHierarchy hierarchy : v1.hierarchies()) {
                    Path directory = hierarchy.root().resolve(cgroup.path().substring(1));
                    if (Files.isDirectory(directory)) {
                        String name = hierarchy.root().getFileName().toString();
                        hierarchies.add(new CgroupView.Hierarchy(name, clone(directory, !privileged)));
                    }
                }
                yield new CgroupView.Hierarchies(hierarchies);
            }
        };
    }

    private int clone(Path directory, boolean readOnly) {
        Kernel kernel = platform.kernel();
        int clone = kernel.openTree(Kernel.AT_FDCWD, directory.toString(), Kernel.OPEN_TREE_CLONE);
        long attributes = MountFlags.INERT | (readOnly ? Kernel.MOUNT_ATTR_RDONLY : 0);
        kernel.mountSetattr(clone, false, attributes, 0, Kernel.MS_PRIVATE, 0);
        return clone;
    }

    private ContainerSpec.Output output(ContainerRecord record, Cgroup cgroup) {
        ContainerConfig config = record.getConfig();
        boolean log = !record.getLogPath().isEmpty();
        Path path = Path.of(record.getLogPath());
        return new ContainerSpec.Output(
                Stdio.container(log, config.getStdin(), config.getTty()),
                log ? (Integer) logDirectory(path) : null,
                log ? path.getFileName().toString() : "",
                platform.kernel().openat(Kernel.AT_FDCWD, "/dev/null", Kernel.O_RDWR, 0),
                cgroup.openOomFile().release());
    }

    private int logDirectory(Path log) {
        Path directory = log.resolveSibling(".").normalize();
        try {
            Files.createDirectories(directory);
        } catch (IOException failure) {
            throw CriFailure.invalid(
                    "the log directory %s cannot be made: %s".formatted(directory, failure.getMessage()));
        }
        int flags = Kernel.O_RDONLY | Kernel.O_DIRECTORY;
        return platform.kernel().openat(Kernel.AT_FDCWD, directory.toString(), flags, 0);
    }
}
