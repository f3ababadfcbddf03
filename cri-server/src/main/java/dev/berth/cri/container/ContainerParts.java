package dev.berth.cri.container;

import dev.berth.cri.cdi.CdiDevices;
import dev.berth.cri.confinement.AppArmor;
import dev.berth.cri.image.Images;
import dev.berth.cri.pod.Platform;
import dev.berth.cri.pod.Pods;

/** What the verbs of containers stand on. */
public record ContainerParts(
        Platform platform,
        Pods pods,
        Containers containers,
        Images images,
        NodeGrants grants,
        SeccompFilters filters,
        CdiDevices cdi,
        ExecWatch execs) {
    Processes processes() {
        return new Processes(grants, new SeccompProfiles(filters), AppArmor.ofThisNode());
    }
}
