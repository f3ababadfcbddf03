package dev.berth.cri.assembly;

import dev.berth.cri.config.Ulimit;
import dev.berth.cri.container.NodeGrants;
import dev.berth.runtime.capability.Capability;
import dev.berth.runtime.capability.CapabilitySet;
import dev.berth.runtime.capability.NodeCapabilities;
import dev.berth.runtime.launch.Rlimit;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Reads from /proc what this node lets Berth give to containers; what is missing is said once. */
final class NodeFacts {
    private static final Logger LOG = System.getLogger(NodeFacts.class.getName());
    private static final Path OOM_SCORE = Path.of("/proc/self/oom_score_adj");
    private static final Path LIMITS = Path.of("/proc/self/limits");
    private static final int SOFT_FILES = 1024;
    /** RLIMIT_ numbers of asm-generic/resource.h, by their place. */
    private static final List<String> RESOURCES = List.of(
            "cpu",
            "fsize",
            "data",
            "stack",
            "core",
            "rss",
            "nproc",
            "nofile",
            "memlock",
            "as",
            "locks",
            "sigpending",
            "msgqueue",
            "nice",
            "rtprio",
            "rttime");

    private NodeFacts() {}

    static NodeGrants read(List<Ulimit> ulimits) throws IOException {
        NodeCapabilities capabilities = NodeCapabilities.current(CapabilitySet.DEFAULTS);
        boolean raises = capabilities.bounding().contains(Capability.CAP_SYS_RESOURCE);
        if (!raises) {
            LOG.log(
                    Level.WARNING,
                    "CAP_SYS_RESOURCE is missing: negative oom_score_adj and higher hard limits are not applied.");
        }
        int ownScore = Integer.parseInt(Files.readString(OOM_SCORE).strip());
        return new NodeGrants(capabilities, raises, ownScore, rlimits(ulimits));
    }

    /** The JVM raises its own soft limit of open files to the hard one; containers get the usual one. */
    private static List<Rlimit> rlimits(List<Ulimit> ulimits) throws IOException {
        List<Rlimit> limits = new ArrayList<>();
        limits.add(new Rlimit(Rlimit.NOFILE, SOFT_FILES, hardFiles()));
        for (Ulimit ulimit : ulimits) {
            int resource = RESOURCES.indexOf(ulimit.name().toLowerCase(Locale.ROOT));
            limits.removeIf(limit -> limit.resource() == resource);
            limits.add(new Rlimit(resource, ulimit.soft(), ulimit.hard()));
        }
        return limits;
    }

    private static long hardFiles() throws IOException {
        for (String line : Files.readAllLines(LIMITS)) {
            if (line.startsWith("Max open files")) {
                String hard = line.substring("Max open files".length()).strip().split("\\s+", 3)[1];
                return hard.equals("unlimited") ? -1 : Long.parseLong(hard);
            }
        }
        return SOFT_FILES;
    }
}
