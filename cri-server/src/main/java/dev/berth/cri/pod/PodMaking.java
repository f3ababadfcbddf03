package dev.berth.cri.pod;

import dev.berth.runtime.launch.Namespaces;
import java.util.Map;

/** A pod sandbox while RunPodSandbox makes it. */
final class PodMaking {
    private final Pod pod;
    private final Map<String, String> sysctls;

    /** @param sysctls paths below /proc/sys and values */
    PodMaking(Pod pod, Map<String, String> sysctls) {
        this.pod = pod;
        this.sysctls = Map.copyOf(sysctls);
    }

    Pod pod() {
        return pod;
    }

    Map<String, String> sysctls() {
        return sysctls;
    }

    /** The namespaces that the shim makes for the pod; a pod in the node's network keeps the node's hostname too. */
    long namespaces() {
        long network = pod.hostNetwork() ? 0 : Namespaces.NET | Namespaces.UTS;
        return network | (pod.hostIpc() ? 0 : Namespaces.IPC);
    }

    String hostname() {
        String asked = pod.record().getConfig().getHostname();
        return asked.isEmpty() ? pod.id().substring(0, 12) : asked;
    }
}
