package dev.berth.cri.image;

import dev.berth.cri.server.Rpc;
import dev.berth.cri.v1.FilesystemIdentifier;
import dev.berth.cri.v1.FilesystemUsage;
import dev.berth.cri.v1.ImageFsInfoRequest;
import dev.berth.cri.v1.ImageFsInfoResponse;
import dev.berth.cri.v1.UInt64Value;
import dev.berth.image.store.Usage;
import java.util.concurrent.TimeUnit;

/** ImageFsInfo, from running counts. */
final class ImageFsInfoGet implements Rpc<ImageFsInfoRequest, ImageFsInfoResponse> {
    private final StoredImages images;

    ImageFsInfoGet(StoredImages images) {
        this.images = images;
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
                .addContainerFilesystems(store)
                .build();
    }
}
