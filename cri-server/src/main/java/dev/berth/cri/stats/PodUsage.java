package dev.berth.cri.stats;

import dev.berth.cri.container.Container;
import dev.berth.cri.pod.Platform;
import dev.berth.cri.pod.Pod;
import dev.berth.cri.v1.LinuxPodSandboxStats;
import dev.berth.cri.v1.NetworkUsage;
import dev.berth.cri.v1.PodSandboxAttributes;
import dev.berth.cri.v1.PodSandboxConfig;
import dev.berth.cri.v1.PodSandboxStats;
import dev.berth.runtime.cgroup.CgroupStats;

/** What pods use now: their own cgroup, the devices of their network namespace, and their running containers. */
public final class PodUsage {
    private final Platform platform;
    private final Gauges gauges;
    private final ContainerUsage containers;

    public PodUsage(Platform platform, Gauges gauges, ContainerUsage containers) {
        this.platform = platform;
        this.gauges = gauges;
        this.containers = containers;
    }

    PodSandboxStats of(Pod pod) {
        PodSandboxConfig config = pod.record().getConfig();
        LinuxPodSandboxStats.Builder linux = LinuxPodSandboxStats.newBuilder();
        if (pod.ready()) {
            addUsage(linux, gauges.pod(pod.id(), pod.record().getCgroupParent()));
            addProcesses(linux, pod);
            addNetwork(linux, pod);
            if (!pod.ready()) {
                gauges.drop(pod.id());
            }
        }
        for (Container container : pod.containerList()) {
            if (container.running()) {
                linux.addContainers(containers.of(container));
            }
        }
        return PodSandboxStats.newBuilder()
                .setAttributes(PodSandboxAttributes.newBuilder()
                        .setId(pod.id())
                        .setMetadata(config.getMetadata())
                        .putAllLabels(config.getLabelsMap())
                        .putAllAnnotations(config.getAnnotationsMap()))
                .setLinux(linux)
                .build();
    }

    private static void addUsage(LinuxPodSandboxStats.Builder linux, Gauge.Reading reading) {
        CgroupStats usage = reading.stats();
        linux.setCpu(UsageView.cpu(reading)).setMemory(UsageView.memory(usage));
        CgroupStats.Pressure io = usage.pressures().io();
        if (io != null) {
            linux.setIo(UsageView.io(io, usage.timestamp()));
        }
    }

    /** Processes, not threads, which {@code pids.current} counts too. */
    private void addProcesses(LinuxPodSandboxStats.Builder linux, Pod pod) {
        int count =
                platform.cgroups().open(pod.record().getCgroupParent()).pids().size();
        linux.setProcess(UsageView.processes(count, platform.now()));
    }

    /**
     * The traffic of the node is not that of a pod on the node's network. A pod that has no device yet, or none any more, has no
     * traffic: the kubelet ends with a fault over usage without a default interface.
     */
    private void addNetwork(LinuxPodSandboxStats.Builder linux, Pod pod) {
        if (!pod.hostNetwork()) {
            NetworkUsage usage = UsageView.network(
                    NetworkDevices.of(platform.kernel(), pod.record().getShimPid()), platform.now());
            if (usage.hasDefaultInterface()) {
                linux.setNetwork(usage);
            }
        }
    }
}
