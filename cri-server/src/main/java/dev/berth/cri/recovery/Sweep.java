package dev.berth.cri.recovery;

import dev.berth.cri.container.Containers;
import dev.berth.cri.container.OciBundles;
import dev.berth.cri.pod.Layout;
import dev.berth.cri.pod.Platform;
import dev.berth.cri.pod.Pod;
import dev.berth.cri.pod.PodLeftovers;
import dev.berth.cri.pod.Pods;
import dev.berth.cri.record.PrivateDirectories;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/** Removes what no record owns: after a crash between two steps, or what survived a reboot that the records did not. */
public final class Sweep {
    private static final Logger LOG = System.getLogger(Sweep.class.getName());

    private final Platform platform;
    private final Pods pods;
    private final Containers containers;
    private final PodLeftovers leftovers;
    private final OciBundles bundles;

    public Sweep(Platform platform, Pods pods, Containers containers) {
        this.platform = platform;
        this.pods = pods;
        this.containers = containers;
        this.leftovers = new PodLeftovers(platform);
        this.bundles = new OciBundles(platform);
    }

    /** Failures are reported and do not stop the rest. */
    public void run() throws InterruptedException {
        Set<String> podIds = new HashSet<>();
        pods.all().forEach(pod -> podIds.add(pod.id()));
        Set<String> containerIds = new HashSet<>();
        containers.all().forEach(container -> containerIds.add(container.id()));
        Layout layout = platform.layout();
        for (Path layer : PrivateDirectories.list(layout.writableLayers())) {
            String id = layer.getFileName().toString();
            if (!containerIds.contains(id)) {
                attempt("writable layer " + id, () -> PrivateDirectories.remove(layer));
            }
        }
        attempt("bundles", () -> bundles.sweep(containerIds));
        for (String pod : leftovers.found()) {
            if (!podIds.contains(pod)) {
                attempt("pod sandbox " + pod, () -> leftovers.remove(pod));
            }
        }
        for (Pod pod : pods.all()) {
            if (!pod.ready() && platform.network().attached().contains(pod.id())) {
                attempt("network of " + pod.id(), () -> platform.network().detach(pod.id()));
            }
        }
    }

    private interface Removal {
        void run() throws InterruptedException;
    }

    private static void attempt(String what, Removal removal) throws InterruptedException {
        try {
            LOG.log(Level.INFO, "Sweeping the left-over {0}.", what);
            removal.run();
        } catch (RuntimeException failure) {
            LOG.log(Level.WARNING, "The left-over " + what + " is still there", failure);
        }
    }
}
