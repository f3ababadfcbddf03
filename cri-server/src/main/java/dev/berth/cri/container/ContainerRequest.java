package dev.berth.cri.container;

import dev.berth.cri.confinement.Labelling;
import dev.berth.cri.failure.CriFailure;
import dev.berth.cri.pod.Pod;
import dev.berth.cri.pod.PodUserNamespace;
import dev.berth.cri.v1.ContainerConfig;
import dev.berth.cri.v1.CreateContainerRequest;
import dev.berth.cri.v1.Device;
import dev.berth.cri.v1.LinuxContainerResources;
import dev.berth.cri.v1.LinuxContainerSecurityContext;
import dev.berth.cri.v1.NamespaceMode;
import dev.berth.cri.v1.NamespaceOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Says what is wrong with a request for a container, before anything is made. */
final class ContainerRequest {
    private static final int LONGEST_NAME = 253;
    private static final int LOWEST_OOM_SCORE = -1000;
    private static final int HIGHEST_OOM_SCORE = 1000;

    private ContainerRequest() {}

    static void validate(CreateContainerRequest request, Pod pod) {
        ContainerConfig config = request.getConfig();
        metadata(config);
        if (config.getImage().getImage().isEmpty()) {
            throw CriFailure.invalid("the container %s names no image; give image.image"
                    .formatted(config.getMetadata().getName()));
        }
        config.getMountsList().forEach(MountRequest::validate);
        config.getMountsList().forEach(mount -> MountIds.validate(mount, pod));
        config.getDevicesList().forEach(ContainerRequest::device);
        RequestPaths.requireUnlessEmpty("working directory", config.getWorkingDir());
        logPath(config.getLogPath(), request);
        security(config.getLinux().getSecurityContext(), pod);
        resources(config.getLinux().getResources());
    }

    private static void metadata(ContainerConfig config) {
        String name = config.getMetadata().getName();
        if (name.isEmpty() || name.length() > LONGEST_NAME || name.contains("/")) {
            throw CriFailure.invalid(
                    "the container's metadata must have a name of 1 to %d characters without a slash, but has '%s'"
                            .formatted(LONGEST_NAME, name.length() > LONGEST_NAME ? "a longer one" : name));
        }
    }

    private static void device(Device device) {
        RequestPaths.require("device's container path", device.getContainerPath());
        RequestPaths.require("device's host path", device.getHostPath());
        if (!device.getPermissions().matches("[rwm]{0,3}")) {
            throw CriFailure.invalid("the permissions %s of device %s are not made of r, w and m"
                    .formatted(device.getPermissions(), device.getContainerPath()));
        }
    }

    private static void logPath(String logPath, CreateContainerRequest request) {
        if (List.of(logPath.split("/", -1)).contains("..")) {
            throw CriFailure.invalid("the log path %s must not hold ..".formatted(logPath));
        }
        String directory = request.getSandboxConfig().getLogDirectory();
        if (!logPath.isEmpty() && !directory.isEmpty() && !Files.isDirectory(Path.of(directory))) {
            throw CriFailure.invalid("the log directory %s does not exist or is no directory".formatted(directory));
        }
    }

    private static void security(LinuxContainerSecurityContext security, Pod pod) {
        boolean podPrivileged =
                pod.record().getConfig().getLinux().getSecurityContext().getPrivileged();
        if (security.getPrivileged() && !podPrivileged) {
            throw CriFailure.invalid("a privileged container needs a privileged pod sandbox");
        }
        security.getMaskedPathsList().forEach(path -> RequestPaths.require("masked path", path));
        security.getReadonlyPathsList().forEach(path -> RequestPaths.require("read-only path", path));
        NamespaceOption options = security.getNamespaceOptions();
        PodUserNamespace.requireSame(pod, options);
        Labelling.parts(security.getSelinuxOptions());
        if (options.getPid() == NamespaceMode.TARGET && !pod.containers().containsKey(options.getTargetId())) {
            throw CriFailure.invalid("the target container '%s' of the pid namespace is not in pod sandbox %s"
                    .formatted(options.getTargetId(), pod.id()));
        }
    }

    static void resources(LinuxContainerResources resources) {
        long score = resources.getOomScoreAdj();
        if (score < LOWEST_OOM_SCORE || score > HIGHEST_OOM_SCORE) {
            throw CriFailure.invalid(
                    "the oom_score_adj %d is outside %d to %d".formatted(score, LOWEST_OOM_SCORE, HIGHEST_OOM_SCORE));
        }
        if (resources.getMemoryLimitInBytes() < -1 || resources.getMemorySwapLimitInBytes() < -1) {
            throw CriFailure.invalid("a memory limit must be a number of bytes, 0 for unchanged or -1 for none");
        }
        if (resources.getCpuPeriod() < 0 || resources.getCpuShares() < 0) {
            throw CriFailure.invalid("cpu_period and cpu_shares must not be negative");
        }
    }
}
