package dev.berth.cri.pod;

import dev.berth.state.v1.PodRecord;
import java.nio.file.Path;
import java.util.List;

/** The network of pods. */
public interface PodNetwork {
    /**
     * Attaches a pod. The intent is on disk before anything happens, so that {@link #detach} works after a crash.
     *
     * @return its addresses, the primary one first
     */
    List<String> attach(PodRecord pod, Path netns) throws InterruptedException;

    /** Detaches a pod; one that is not attached is fine. */
    void detach(String pod) throws InterruptedException;

    /** Ids of pods that have an attachment on disk, for the sweep at start. */
    List<String> attached();

    /** Why no pod can be attached now; empty when one can. */
    String notReady();
}
