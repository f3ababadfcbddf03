package dev.berth.cri.pod;

import dev.berth.runtime.cgroup.CgroupFailure;
import dev.berth.runtime.launch.CgroupEntry;

/**
 * The cgroup driver: makes the place of a pod, which is the cgroup that those of its containers go below, and its pause process in
 * it. Places are absolute paths of cgroups. Everything done here can be taken back by a place and the pod's id alone.
 */
public interface PodCgroups {

    /** Launches a pod's pause process. */
    interface Launcher {
        /**
         * @param entry the cgroup that the process is born in
         * @return its pid
         */
        int launch(CgroupEntry entry) throws InterruptedException;
    }

    /**
     * The place of a new pod; nothing is made.
     *
     * @param asked the request's cgroup_parent; empty for Berth's own
     * @throws CgroupFailure INVALID when it is none for this driver
     */
    String place(String asked, String podId);

    /** Whether a container may make cgroups below its own; cgroup v2 only. */
    boolean writable();

    /** Whether every pod needs a pause process, and not only one whose containers share their pid namespace. */
    boolean needsPause();

    /** Launches the pause process in a cgroup of its own in the place. */
    void launchPause(String place, String podId, Launcher launcher) throws InterruptedException;

    /** Ends the pause process; does nothing when there is none. */
    void killPause(String place, String podId);

    /** Removes the place of a pod without containers, when it is not the kubelet's. */
    void remove(String place, String podId);

    /** Kills and removes what is left of a pod whose place nobody knows any more. */
    void removeLeftover(String podId);

    /** The name of a cgroup or scope that belongs to a container or pod. */
    static String name(String id) {
        return "berth-" + id;
    }
}
