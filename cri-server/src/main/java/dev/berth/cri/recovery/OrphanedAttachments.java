package dev.berth.cri.recovery;

import dev.berth.cri.pod.PodNetwork;
import dev.berth.cri.pod.Pods;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;

/**
 * Network attachments whose pod is gone, because DEL failed while RunPodSandbox was taken back: nobody asks for that pod again, so
 * their release is tried again now and then.
 */
public final class OrphanedAttachments implements AutoCloseable {
    private static final Logger LOG = System.getLogger(OrphanedAttachments.class.getName());

    private final PodNetwork network;
    private final Pods pods;
    private final Thread thread;

    private OrphanedAttachments(PodNetwork network, Pods pods, Duration pause) {
        this.network = network;
        this.pods = pods;
        this.thread = Thread.ofVirtual().name("orphaned-attachments").unstarted(() -> repeat(pause));
    }

    /** Begins to look, the first time after a pause. */
    public static OrphanedAttachments watch(PodNetwork network, Pods pods, Duration pause) {
        OrphanedAttachments orphans = new OrphanedAttachments(network, pods, pause);
        orphans.thread.start();
        return orphans;
    }

    private void repeat(Duration pause) {
        try {
            while (true) {
                Thread.sleep(pause);
                release(network, pods);
            }
        } catch (InterruptedException _) {
            // Closed.
        }
    }

    /** An attachment is recorded after its pod is and goes before it, so one without the record of a pod has no owner. */
    static void release(PodNetwork network, Pods pods) throws InterruptedException {
        for (String pod : network.attached()) {
            if (pods.store().holds(pod)) {
                continue;
            }
            try {
                network.detach(pod);
                LOG.log(Level.INFO, "The network of pod sandbox {0}, which is gone, is released.", pod);
            } catch (RuntimeException failure) {
                LOG.log(
                        Level.WARNING,
                        "The network of pod sandbox " + pod + ", which is gone, is still there",
                        failure);
            }
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
