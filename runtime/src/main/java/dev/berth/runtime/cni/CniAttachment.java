package dev.berth.runtime.cni;

/**
 * One pod's place in a network.
 *
 * @param containerId id of the pod sandbox
 * @param netnsPath where its network namespace is pinned
 * @param ifName name of the interface inside, as {@code eth0}
 */
public record CniAttachment(
        String containerId, String netnsPath, String ifName, Pod pod, CniCapabilities capabilities) {
    private static final int LONGEST_IF_NAME = 15;

    /** Who the pod is to Kubernetes. */
    public record Pod(String namespace, String name, String uid) {}

    public CniAttachment {
        if (!CniConfig.isName(containerId)) {
            throw CniFailure.of(
                    CniFailure.Kind.CONFIG, "\"%s\" cannot be a container id in CNI.".formatted(containerId));
        }
        boolean badIfName = ifName.isEmpty()
                || ifName.length() > LONGEST_IF_NAME
                || ifName.startsWith(".")
                || ifName.chars().anyMatch(c -> c == '/' || c == ':' || c <= ' ');
        if (badIfName) {
            throw CniFailure.of(
                    CniFailure.Kind.CONFIG, "\"%s\" cannot be the name of a network interface.".formatted(ifName));
        }
    }

    /** CNI_ARGS: pairs that plugins for Kubernetes read and others ignore. */
    String args() {
        return "IgnoreUnknown=1;K8S_POD_NAMESPACE=%s;K8S_POD_NAME=%s;K8S_POD_INFRA_CONTAINER_ID=%s;K8S_POD_UID=%s"
                .formatted(value(pod.namespace()), value(pod.name()), containerId, value(pod.uid()));
    }

    private static String value(String text) {
        if (text.chars().anyMatch(c -> c == ';' || c == '=' || c < ' ')) {
            throw CniFailure.of(
                    CniFailure.Kind.CONFIG,
                    "\"%s\" cannot be passed to network plugins: it has ';', '=' or a control character."
                            .formatted(text));
        }
        return text;
    }
}
