package dev.berth.cri.command;

import dev.berth.cri.config.BerthConfig;
import dev.berth.runtime.kernel.LinuxKernel;
import dev.berth.runtime.probe.Finding;
import dev.berth.runtime.probe.NodeCheck;
import java.util.List;

/** The checks of {@code berth check}, each done for real on this node. */
final class NodeChecks {
    private NodeChecks() {}

    static List<CheckLine> run(BerthConfig config) {
        NodeCheck.Places places = new NodeCheck.Places(
                config.root(), config.cni().confDir(), config.cni().binDirs());
        return new NodeCheck(new LinuxKernel(), places)
                .run().stream().map(NodeChecks::line).toList();
    }

    private static CheckLine line(Finding finding) {
        CheckLine.State state = switch (finding.state()) {
            case OK -> CheckLine.State.OK;
            case DEGRADED -> CheckLine.State.LIMITED;
            case MISSING -> CheckLine.State.MISSING;
        };
        return new CheckLine(finding.name(), state, finding.detail(), finding.cost());
    }
}
