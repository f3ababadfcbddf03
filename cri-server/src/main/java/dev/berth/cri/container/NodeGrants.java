package dev.berth.cri.container;

import dev.berth.runtime.capability.NodeCapabilities;
import dev.berth.runtime.launch.Rlimit;
import java.util.List;

/**
 * What this node lets Berth give to containers.
 *
 * @param raisesLimits whether CAP_SYS_RESOURCE is held: without it no oom_score_adj can be lowered and no hard limit raised
 * @param ownOomScore the oom_score_adj of Berth itself, below which nothing can go without that capability
 * @param rlimits set for every container
 */
public record NodeGrants(NodeCapabilities capabilities, boolean raisesLimits, int ownOomScore, List<Rlimit> rlimits) {
    public NodeGrants {
        rlimits = List.copyOf(rlimits);
    }
}
