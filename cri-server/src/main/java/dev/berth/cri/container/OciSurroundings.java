package dev.berth.cri.container;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.cri.failure.CriFailure;
import dev.berth.cri.handler.HandlerSettings;
import dev.berth.cri.handler.OciRuntime;
import dev.berth.cri.pod.Platform;
import dev.berth.cri.pod.Pod;
import dev.berth.runtime.cgroup.CgroupLayout;
import dev.berth.runtime.oci.Bundle;
import dev.berth.runtime.oci.Surroundings;
import dev.berth.runtime.shim.ProcessState;
import dev.berth.state.v1.ContainerRecord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** What config.json says beside the container's own specification: the pod's namespaces, the cgroup, the profile. */
final class OciSurroundings {
    private final Platform platform;
    private final Processes processes;
    private final Devices devices;

    OciSurroundings(Platform platform, Processes processes, Devices devices) {
        this.platform = platform;
        this.processes = processes;
        this.devices = devices;
    }

    Surroundings of(ContainerStarting starting, Bundle bundle) throws InterruptedException {
        Container container = starting.container();
        ContainerRecord record = container.record();
        OciRuntime runtime = Objects.requireNonNull(
                platform.handlers().find(container.pod().record().getRuntimeHandler()), "checked before the start");
        boolean enters = runtime.settings().cgroups() == HandlerSettings.Entry.PATH;
        JsonNode seccomp = processes.ociSeccomp(record);
        Map<String, String> annotations =
                new HashMap<>(container.pod().record().getConfig().getAnnotationsMap());
        annotations.putAll(record.getConfig().getAnnotationsMap());
        return new Surroundings(
                bundle.directory().toString(),
                namespaces(container),
                seccomp,
                enters ? record.getCgroup() : null,
                devices.policy(record),
                runtime.settings().allowed(annotations));
    }

    private List<Surroundings.Namespace> namespaces(Container container) throws InterruptedException {
        Pod pod = container.pod();
        String shim = "/proc/%d/ns/".formatted(pod.record().getShimPid());
        List<Surroundings.Namespace> all = new ArrayList<>();
        if (!pod.hostNetwork()) {
            all.add(new Surroundings.Namespace(
                    "network", platform.layout().netnsOf(pod.id()).toString()));
            all.add(new Surroundings.Namespace("uts", shim + "uts"));
        }
        if (!pod.hostIpc()) {
            all.add(new Surroundings.Namespace("ipc", shim + "ipc"));
        }
        String target = ContainerSpecs.pidTarget(container);
        if (target != null) {
            String path = target.isEmpty() ? null : "/proc/%d/ns/pid".formatted(pid(pod, target));
            all.add(new Surroundings.Namespace("pid", path));
        }
        boolean privileged =
                container.record().getConfig().getLinux().getSecurityContext().getPrivileged();
        if (platform.cgroups().layout() instanceof CgroupLayout.V2 && !privileged) {
            all.add(new Surroundings.Namespace("cgroup", null));
        }
        return all;
    }

    private static int pid(Pod pod, String target) throws InterruptedException {
        return pod.shim().state().stream()
                .filter(process -> process.id().equals(target) && process.phase() == ProcessState.Phase.RUNNING)
                .findFirst()
                .orElseThrow(() -> CriFailure.state(
                        "the container %s, whose pid namespace is to be shared, does not run".formatted(target)))
                .pid();
    }
}
