package dev.berth.cri.pod;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.cri.server.MessageJson;

/** The verbose {@code info} of a pod sandbox: where its parts are on the node. */
final class PodInfo {
    private PodInfo() {}

    static String json(Platform platform, Pod pod) {
        ObjectNode info = JsonNodeFactory.instance.objectNode();
        info.put("pid", pod.record().getShimPid());
        info.put("cgroupParent", pod.record().getCgroupParent());
        info.put(
                "netns",
                pod.hostNetwork() ? "" : platform.layout().netnsOf(pod.id()).toString());
        info.put("directory", platform.layout().podDirectory(pod.id()).toString());
        info.put("runtimeHandler", pod.record().getRuntimeHandler());
        if (pod.record().hasLabels()) {
            info.put("selinuxLabel", pod.record().getLabels().getProcess());
        }
        info.set("config", MessageJson.of(pod.record().getConfig()));
        return info.toString();
    }
}
