package dev.berth.cri.pod;

import dev.berth.cri.container.ContainerView;
import dev.berth.cri.v1.ContainerStatus;
import dev.berth.cri.v1.PodSandboxStatus;
import java.util.List;

/** The status of a pod and of the containers that it has, at one moment. */
public record PodSnapshot(PodSandboxStatus pod, List<ContainerStatus> containers) {
    public static PodSnapshot of(Pod pod) {
        return new PodSnapshot(
                PodView.status(pod),
                pod.containerList().stream().map(ContainerView::status).toList());
    }
}
