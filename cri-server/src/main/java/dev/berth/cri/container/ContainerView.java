package dev.berth.cri.container;

import dev.berth.cri.v1.ContainerConfig;
import dev.berth.cri.v1.ContainerResources;
import dev.berth.cri.v1.ContainerStatus;
import dev.berth.cri.v1.ContainerUser;
import dev.berth.cri.v1.ImageSpec;
import dev.berth.cri.v1.Mount;
import dev.berth.state.v1.ContainerRecord;
import java.util.Iterator;

/** Containers as CRI shows them. */
public final class ContainerView {
    private ContainerView() {}

    static dev.berth.cri.v1.Container item(ContainerRecord record) {
        ContainerConfig config = record.getConfig();
        return dev.berth.cri.v1.Container.newBuilder()
                .setId(record.getId())
                .setPodSandboxId(record.getPodId())
                .setMetadata(config.getMetadata())
                .setImage(config.getImage())
                .setImageRef(record.getImageId())
                .setImageId(record.getImageId())
                .setState(Container.state(record))
                .setCreatedAt(record.getCreatedAt())
                .putAllLabels(config.getLabelsMap())
                .putAllAnnotations(config.getAnnotationsMap())
                .build();
    }

    public static ContainerStatus status(Container container) {
        ContainerRecord record = container.record();
        ContainerConfig config = record.getConfig();
        ContainerStatus.Builder status = ContainerStatus.newBuilder()
                .setId(container.id())
                .setMetadata(config.getMetadata())
                .setState(Container.state(record))
                .setCreatedAt(record.getCreatedAt())
                .setStartedAt(record.getStartedAt())
                .setFinishedAt(record.getFinishedAt())
                .setExitCode(record.getExitCode())
                .setImage(config.getImage())
                .setImageRef(record.getImageId())
                .setImageId(record.getImageId())
                .setReason(record.getReason())
                .setMessage(record.getMessage())
                .putAllLabels(config.getLabelsMap())
                .putAllAnnotations(config.getAnnotationsMap())
                .setLogPath(record.getLogPath())
                .setResources(ContainerResources.newBuilder().setLinux(record.getResources()))
                .setUser(ContainerUser.newBuilder().setLinux(record.getUser()))
                .setStopSignal(StopSignals.of(record.getStopSignal()));
        addMounts(status, record);
        return status.build();
    }

    /** The mounts as they were asked for; an image mount also says which image it is. */
    private static void addMounts(ContainerStatus.Builder status, ContainerRecord record) {
        Iterator<String> imageIds = record.getVolumeImagesList().iterator();
        for (Mount mount : record.getConfig().getMountsList()) {
            if (ImageVolume.isAskedFor(mount) && imageIds.hasNext()) {
                ImageSpec image = mount.getImage().toBuilder()
                        .setImageRef(imageIds.next())
                        .build();
                status.addMounts(mount.toBuilder().setImage(image));
            } else {
                status.addMounts(mount);
            }
        }
    }
}
