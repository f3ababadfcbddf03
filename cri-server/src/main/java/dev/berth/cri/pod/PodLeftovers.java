package dev.berth.cri.pod;

import dev.berth.cri.record.PrivateDirectories;
import dev.berth.state.v1.PodRecord;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Parts of pods that have no record: found by name, taken back by id alone. */
public final class PodLeftovers {
    private static final String PINNED = "berth-";
    private final Platform platform;
    private final PodFiles files;
    private final PodNetns netns;
    private final PodShim shims;

    public PodLeftovers(Platform platform) {
        this.platform = platform;
        this.files = new PodFiles(platform);
        this.netns = new PodNetns(platform);
        this.shims = new PodShim(platform, PodShim.DEAF);
    }

    /** Ids of pods of which anything is there. */
    public Set<String> found() {
        Set<String> ids = new TreeSet<>(platform.network().attached());
        names(platform.layout().state().resolve("pods")).forEach(ids::add);
        for (String name : names(platform.layout().netns())) {
            if (name.startsWith(PINNED) && owned(name.substring(PINNED.length()))) {
                ids.add(name.substring(PINNED.length()));
            }
        }
        return ids;
    }

    /** A network namespace may be pinned by another Berth on this node; ours has a pod directory or an attachment. */
    private boolean owned(String id) {
        return names(platform.layout().state().resolve("pods")).contains(id)
                || platform.network().attached().contains(id);
    }

    public void remove(String id) throws InterruptedException {
        Pod pod = new Pod(PodRecord.newBuilder().setId(id).build());
        platform.podCgroups().removeLeftover(id);
        shims.end(pod);
        platform.network().detach(id);
        netns.unpin(pod);
        files.unmountShm(pod);
        files.remove(pod);
    }

    private static List<String> names(Path directory) {
        return PrivateDirectories.list(directory).stream()
                .map(path -> path.getFileName().toString())
                .toList();
    }
}
