package dev.berth.runtime.probe;

import dev.berth.runtime.kernel.Kernel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Finds out what this node can do, each feature by using it once. Leaves nothing behind. */
public final class NodeCheck {
    private final Kernel kernel;
    private final Places places;

    /**
     * What to look at.
     *
     * @param store an existing directory on the file system that will hold layers
     * @param cniConfig directory of network configurations
     * @param cniPlugins directories of network plugins
     */
    public record Places(Path store, Path cniConfig, List<Path> cniPlugins) {
        public Places {
            cniPlugins = List.copyOf(cniPlugins);
        }
    }

    public NodeCheck(Kernel kernel, Places places) {
        this.kernel = kernel;
        this.places = places;
    }

    /** All findings; takes some tens of milliseconds. A part that fails altogether becomes one finding. */
    public List<Finding> run() {
        List<Finding> findings = new ArrayList<>();
        findings.addAll(part("processes", () -> new ProcessProbe(kernel).findings()));
        findings.addAll(part("cgroups", () -> new CgroupProbe(kernel).findings()));
        findings.addAll(part("mounts", this::mounts));
        findings.addAll(part("network", () -> new NetworkProbe(places.cniConfig(), places.cniPlugins()).findings()));
        return findings;
    }

    private List<Finding> mounts() {
        try (Scratch scratch = Scratch.below(places.store(), kernel)) {
            return new MountProbe(kernel, scratch).findings();
        }
    }

    private static List<Finding> part(String name, Supplier<List<Finding>> probe) {
        try {
            return probe.get();
        } catch (RuntimeException failure) {
            return List.of(Finding.missing(name, String.valueOf(failure.getMessage()), "not known: the check failed"));
        }
    }
}
