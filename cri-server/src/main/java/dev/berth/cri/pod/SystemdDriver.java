package dev.berth.cri.pod;

import dev.berth.runtime.cgroup.Cgroup;
import dev.berth.runtime.cgroup.CgroupResources;
import dev.berth.runtime.cgroup.CgroupSpec;
import dev.berth.runtime.cgroup.Cgroups;
import dev.berth.runtime.cgroup.DevicePolicy;
import dev.berth.runtime.launch.CgroupEntry;
import dev.berth.runtime.systemd.Scope;
import dev.berth.runtime.systemd.SliceName;
import dev.berth.runtime.systemd.Systemd;
import java.time.Duration;
import java.util.List;

/**
 * systemd owns the tree: a pod gets a scope {@code berth-ID.scope} in the slice that the kubelet named, and what is below a
 * delegated scope is Berth's alone. The place of the pod is a cgroup {@code pod} in it and not the scope itself, whose limits systemd
 * takes back at each daemon-reload. The pod's pause process holds the scope, which would else go with the last container; it sits
 * in a cgroup of its own, because one with processes cannot hand controllers down. systemd removes a scope with all below once it
 * has no process, so nothing here does.
 */
public final class SystemdDriver implements PodCgroups {
    private static final Duration DEATH = Duration.ofSeconds(10);
    private static final String SCOPE = ".scope";
    private static final String POD = "pod";

    private final Cgroups cgroups;
    private final Systemd systemd;
    private final SliceName slice;
    private final boolean writable;

    /**
     * @param slice where the scopes of pods go that name none
     * @param writable whether containers may make cgroups below their own
     */
    public SystemdDriver(Cgroups cgroups, Systemd systemd, SliceName slice, boolean writable) {
        this.cgroups = cgroups;
        this.systemd = systemd;
        this.slice = slice;
        this.writable = writable;
    }

    @Override
    public String place(String asked, String podId) {
        SliceName parent = asked.isEmpty() ? slice : SliceName.parse(asked);
        return parent.path() + "/" + scope(podId) + "/" + POD;
    }

    @Override
    public boolean writable() {
        return writable;
    }

    @Override
    public boolean needsPause() {
        return true;
    }

    /**
     * A scope is made around a process, so the process comes first. It leaves the scope's own cgroup before any controller is
     * switched on below: afterwards the kernel would not let it.
     */
    @Override
    public void launchPause(String place, String podId, Launcher launcher) throws InterruptedException {
        int pid = launcher.launch(CgroupEntry.none());
        String scope = scopeOf(place);
        systemd.start(new Scope(scope(podId), slice(scope), "Berth pod " + podId, pid));
        cgroups.open(scope).child(PodCgroups.name(podId)).move(pid);
        cgroups.create(new CgroupSpec(scope, POD, CgroupResources.NONE, DevicePolicy.all()));
    }

    @Override
    public void killPause(String place, String podId) {
        kill(cgroups.open(scopeOf(place)));
    }

    /** The scope goes by itself, and its slice is the kubelet's or shared. */
    @Override
    public void remove(String place, String podId) {}

    @Override
    public void removeLeftover(String podId) {
        cgroups.sweep(scope(podId), List.of("/")).forEach(SystemdDriver::kill);
    }

    private static void kill(Cgroup scope) {
        if (scope.exists()) {
            scope.kill();
            scope.awaitEmpty(DEATH);
        }
    }

    private static String scopeOf(String place) {
        return place.substring(0, place.lastIndexOf(SCOPE) + SCOPE.length());
    }

    private static SliceName slice(String scope) {
        String parent = scope.substring(0, scope.lastIndexOf('/'));
        return parent.isEmpty() ? SliceName.ROOT : SliceName.parse(parent);
    }

    private static String scope(String podId) {
        return PodCgroups.name(podId) + SCOPE;
    }
}
