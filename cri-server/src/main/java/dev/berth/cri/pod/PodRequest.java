package dev.berth.cri.pod;

import dev.berth.cri.confinement.Labelling;
import dev.berth.cri.failure.CriFailure;
import dev.berth.cri.v1.LinuxSandboxSecurityContext;
import dev.berth.cri.v1.NamespaceMode;
import dev.berth.cri.v1.NamespaceOption;
import dev.berth.cri.v1.PodSandboxConfig;
import dev.berth.cri.v1.PodSandboxMetadata;
import dev.berth.cri.v1.PortMapping;
import dev.berth.cri.v1.RunPodSandboxRequest;
import dev.berth.runtime.cgroup.CgroupFailure;
import dev.berth.runtime.sysctl.PodNamespaces;
import dev.berth.runtime.sysctl.SysctlWrite;
import dev.berth.runtime.sysctl.Sysctls;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Says what is wrong with a request for a pod sandbox. */
final class PodRequest {
    private static final int LONGEST_NAME = 253;
    private static final int LONGEST_HOSTNAME = 64;
    private static final int LARGEST_PORT = 65535;

    private PodRequest() {}

    /**
     * @param defaults sysctls of pods that do not set them
     * @param handlers the names of the runtime handlers
     * @return the sysctls, to be written
     */
    static List<SysctlWrite> validate(
            RunPodSandboxRequest request, PodDefaults defaults, PodCgroups cgroups, List<String> handlers) {
        PodSandboxConfig config = request.getConfig();
        metadata(request.hasConfig(), config);
        handler(request.getRuntimeHandler(), handlers);
        if (config.getHostname().length() > LONGEST_HOSTNAME) {
            throw CriFailure.invalid("the hostname %s is longer than %d characters, the most that Linux takes"
                    .formatted(config.getHostname(), LONGEST_HOSTNAME));
        }
        config.getPortMappingsList().forEach(PodRequest::port);
        path("the log directory", config.getLogDirectory());
        Bandwidth.of(config.getAnnotationsMap());
        cgroupParent(config.getLinux().getCgroupParent(), cgroups);
        LinuxSandboxSecurityContext security = config.getLinux().getSecurityContext();
        namespaces(security.getNamespaceOptions());
        Labelling.parts(security.getSelinuxOptions());
        return Sysctls.plan(defaults.over(config), owned(security.getNamespaceOptions()));
    }

    private static void handler(String asked, List<String> handlers) {
        if (!handlers.contains(asked)) {
            String known = handlers.stream()
                    .map(name -> name.isEmpty() ? "(empty)" : name)
                    .collect(Collectors.joining(", "));
            throw CriFailure.invalid("the runtime handler %s is not known; known are: %s".formatted(asked, known));
        }
    }

    private static void metadata(boolean present, PodSandboxConfig config) {
        if (!present || !config.hasMetadata()) {
            throw CriFailure.invalid("the pod sandbox has no metadata; give its name, namespace and uid");
        }
        PodSandboxMetadata metadata = config.getMetadata();
        required("name", metadata.getName());
        required("namespace", metadata.getNamespace());
        required("uid", metadata.getUid());
    }

    private static void required(String what, String value) {
        if (value.isEmpty() || value.length() > LONGEST_NAME) {
            throw CriFailure.invalid("the %s in the pod sandbox's metadata must have 1 to %d characters, but has %d"
                    .formatted(what, LONGEST_NAME, value.length()));
        }
        if (value.chars().anyMatch(c -> "/;=".indexOf(c) >= 0 || Character.isISOControl(c))) {
            throw CriFailure.invalid(
                    "the %s in the pod sandbox's metadata must not hold a slash, ;, = or control character"
                            .formatted(what));
        }
    }

    static void path(String what, String path) {
        if (path.isEmpty()) {
            return;
        }
        if (!path.startsWith("/") || Set.of(path.split("/", -1)).contains("..")) {
            throw CriFailure.invalid("%s %s must be an absolute path without ..".formatted(what, path));
        }
    }

    private static void cgroupParent(String parent, PodCgroups cgroups) {
        try {
            cgroups.place(parent, "");
        } catch (CgroupFailure failure) {
            throw new CriFailure(CriFailure.Kind.INVALID, String.valueOf(failure.getMessage()), failure);
        }
    }

    private static void port(PortMapping port) {
        boolean valid = port.getContainerPort() > 0
                && port.getContainerPort() <= LARGEST_PORT
                && port.getHostPort() >= 0
                && port.getHostPort() <= LARGEST_PORT;
        if (!valid) {
            throw CriFailure.invalid("the port mapping %d to %d is not possible; ports are 1 to %d"
                    .formatted(port.getHostPort(), port.getContainerPort(), LARGEST_PORT));
        }
    }

    private static void namespaces(NamespaceOption options) {
        PodUserNamespace.validate(options);
        for (NamespaceMode mode : new NamespaceMode[] {options.getNetwork(), options.getIpc()}) {
            if (mode != NamespaceMode.POD && mode != NamespaceMode.NODE) {
                throw CriFailure.invalid(
                        "the network and ipc namespace of a pod are POD or NODE, but %s was asked for".formatted(mode));
            }
        }
        if (options.getPid() == NamespaceMode.TARGET) {
            throw CriFailure.invalid("the pid namespace of a pod sandbox cannot be TARGET; only a container's can");
        }
    }

    private static PodNamespaces owned(NamespaceOption options) {
        boolean network = options.getNetwork() != NamespaceMode.NODE;
        boolean ipc = options.getIpc() != NamespaceMode.NODE;
        return new PodNamespaces(ipc, network, network);
    }
}
