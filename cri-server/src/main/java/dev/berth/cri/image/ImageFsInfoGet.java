package dev.berth.cri.image;

import dev.berth.cri.server.Rpc;
import dev.berth.cri.v1.FilesystemIdentifier;
import dev.berth.cri.v1.FilesystemUsage;
import dev.berth.cri.v1.ImageFsInfoRequest;
import dev.berth.cri.v1.ImageFsInfoResponse;
import dev.berth.cri.v1.UInt64Value;
import dev.berth.image.store.Usage;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * ImageFsInfo: the image store from running counts, and apart from it what containers wrote. Both name the same mount point, which
 * tells a kubelet that they share one filesystem.
 */
final class ImageFsInfoGet implements Rpc<ImageFsInfoRequest, ImageFsInfoResponse> {
    private final StoredImages images;
    private final Function<Path, FilesystemUsage> written;

    /** @param written what containers wrote, shown at a mount point */
    ImageFsInfoGet(StoredImages images, Function<Path, FilesystemUsage> written) {
        this.images = images;
        this.written = written;
    }

    @Override
    public ImageFsInfoResponse call(ImageFsInfoRequest request) {
        Usage usage = images.service().usage();
        FilesystemUsage store = FilesystemUsage.newBuilder()
                .setTimestamp(TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis()))
                .setFsId(FilesystemIdentifier.newBuilder()
                        .setMountpoint(usage.root().toString()))
                .setUsedBytes(UInt64Value.newBuilder().setValue(usage.bytes()))
                .setInodesUsed(UInt64Value.newBuilder().setValue(usage.inodes()))
                .build();
        return ImageFsInfoResponse.newBuilder()
                .addImageFilesystems(store)
                .addContainerFilesystems(written.apply(usage.root()))
                .build();
    }
}
