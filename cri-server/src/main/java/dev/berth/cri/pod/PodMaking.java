package dev.berth.cri.pod;

import dev.berth.runtime.launch.Namespaces;
import dev.berth.runtime.sysctl.SysctlWrite;
import java.util.List;

/** A pod sandbox while RunPodSandbox makes it. */
final class PodMaking {
    private final Pod pod;
    private final List<SysctlWrite> sysctls;

    PodMaking(Pod pod, List<SysctlWrite> sysctls) {
        this.pod = pod;
        this.sysctls = List.copyOf(sysctls);
    }

    Pod pod() {
        return pod;
    }

    List<SysctlWrite> sysctls() {
        return sysctls;
    }

    /** The namespaces that the shim makes for the pod; a pod in the node's network keeps the node's hostname too. */
    long namespaces() {
        long network = pod.hostNetwork() ? 0 : Namespaces.NET | Namespaces.UTS;
        return network | (pod.hostIpc() ? 0 : Namespaces.IPC);
    }
}
