package dev.berth.cri.command;

import dev.berth.cri.cdi.CdiDevices;
import dev.berth.cri.config.BerthConfig;
import dev.berth.cri.config.CgroupDriver;
import dev.berth.runtime.cgroup.Cgroups;
import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.kernel.LinuxKernel;
import dev.berth.runtime.probe.Finding;
import dev.berth.runtime.probe.NodeCheck;
import dev.berth.runtime.probe.SystemdProbe;
import dev.berth.runtime.systemd.SystemdBus;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

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
            "overlay",
            "systemd");

    /** How long the system bus may take for an answer. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final int SHOWN = 4;

    private NodeChecks() {}

    static List<CheckLine> run(BerthConfig config) {
        NodeCheck.Places places = new NodeCheck.Places(
                existing(config.root()), config.cni().confDir(), config.cni().binDirs());
        List<CheckLine> lines = new ArrayList<>();
        Kernel kernel = new LinuxKernel();
        new NodeCheck(kernel, places).run().forEach(finding -> lines.add(line(finding)));
        if (config.cgroup().driver() == CgroupDriver.SYSTEMD) {
            lines.add(line(systemd(kernel)));
        }
        lines.add(cdi(config.cdi()));
        return lines;
    }

    private static Finding systemd(Kernel kernel) {
        try (SystemdBus bus = new SystemdBus(SystemdBus.ADDRESS, PATIENCE)) {
            return SystemdProbe.finding(Cgroups.ofThisNode(kernel).layout(), bus);
        }
    }

    private static CheckLine cdi(List<Path> directories) {
        CdiDevices devices = new CdiDevices(directories);
        Map<String, Path> all = devices.all();
        String found = all.isEmpty()
                ? "no device"
                : "%s: %s".formatted(all.size() == 1 ? "1 device" : all.size() + " devices", few(all.keySet()));
        List<String> problems = devices.problems();
        return problems.isEmpty()
                ? new CheckLine("CDI", CheckLine.State.OK, found, "")
                : new CheckLine("CDI", CheckLine.State.LIMITED, found, "not read: " + String.join("; ", problems));
    }

    private static String few(Set<String> names) {
        String shown = names.stream().limit(SHOWN).collect(Collectors.joining(", "));
        return names.size() > SHOWN ? shown + ", …" : shown;
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
