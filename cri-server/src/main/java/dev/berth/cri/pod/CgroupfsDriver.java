package dev.berth.cri.pod;

import dev.berth.runtime.cgroup.Cgroup;
import dev.berth.runtime.cgroup.CgroupPaths;
import dev.berth.runtime.cgroup.CgroupResources;
import dev.berth.runtime.cgroup.CgroupSpec;
import dev.berth.runtime.cgroup.Cgroups;
import dev.berth.runtime.cgroup.DevicePolicy;
import dev.berth.runtime.launch.CgroupEntry;

/** Cgroups are directories that Berth makes itself: the place of a pod is the cgroup_parent, or {@code PARENT/pod-ID}. */
public final class CgroupfsDriver implements PodCgroups {
    private final Cgroups cgroups;
    private final String parent;
    private final boolean writable;

    /**
     * @param parent where the places of pods go that name none
     * @param writable whether containers may make cgroups below their own
     */
    public CgroupfsDriver(Cgroups cgroups, String parent, boolean writable) {
        this.cgroups = cgroups;
        this.parent = parent;
        this.writable = writable;
    }

    @Override
    public String place(String asked, String podId) {
        String path = CgroupPaths.parent(asked, "/");
        return path.equals("/") ? own(podId) : path;
    }

    @Override
    public boolean writable() {
        return writable;
    }

    @Override
    public boolean needsPause() {
        return false;
    }

    @Override
    public void launchPause(String place, String podId, Launcher launcher) throws InterruptedException {
        Cgroup cgroup =
                cgroups.create(new CgroupSpec(place, PodCgroups.name(podId), CgroupResources.NONE, DevicePolicy.all()));
        launcher.launch(CgroupEntry.open(cgroup));
    }

    @Override
    public void killPause(String place, String podId) {
        cgroups.open(place + "/" + PodCgroups.name(podId)).destroy();
    }

    @Override
    public void remove(String place, String podId) {
        if (place.endsWith("/pod-" + podId)) {
            cgroups.open(place).remove();
        }
    }

    @Override
    public void removeLeftover(String podId) {
        cgroups.open(own(podId)).destroy();
    }

    private String own(String podId) {
        return parent + "/pod-" + podId;
    }
}
