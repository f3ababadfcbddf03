package dev.berth.cri.command;

import dev.berth.cri.config.BerthConfig;
import dev.berth.runtime.kernel.LinuxKernel;
import dev.berth.runtime.probe.Finding;
import dev.berth.runtime.probe.NodeCheck;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/** The checks of {@code berth check}, each done for real on this node. */
final class NodeChecks {
    /** Without one of these no pod runs; everything else costs what its line says. */
    private static final Set<String> NEEDED = Set.of(
            "CAP_SYS_ADMIN",
            "seccomp",
            "pidfd",
            "sealed memory files",
            "cgroups",
            "cgroup of a container",
            "mounts",
            "overlay");

    private NodeChecks() {}

    static List<CheckLine> run(BerthConfig config) {
        NodeCheck.Places places = new NodeCheck.Places(
                existing(config.root()), config.cni().confDir(), config.cni().binDirs());
        return new NodeCheck(new LinuxKernel(), places)
                .run().stream().map(NodeChecks::line).toList();
    }

    /** The directory itself, or where it will be made. */
    private static Path existing(Path directory) {
        Path there = directory;
        while (!Files.isDirectory(there)) {
            Path parent = there.getParent();
            if (parent == null) {
                break;
            }
            there = parent;
        }
        return there;
    }

    private static CheckLine line(Finding finding) {
        CheckLine.State state = switch (finding.state()) {
            case OK -> CheckLine.State.OK;
            case DEGRADED -> CheckLine.State.LIMITED;
            case MISSING -> NEEDED.contains(finding.name()) ? CheckLine.State.MISSING : CheckLine.State.LIMITED;
        };
        return new CheckLine(finding.name(), state, finding.detail(), finding.cost());
    }
}
