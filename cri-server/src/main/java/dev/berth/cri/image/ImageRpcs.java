package dev.berth.cri.image;

import dev.berth.cri.metrics.Metrics;
import dev.berth.cri.server.RpcTable;
import dev.berth.cri.v1.FilesystemUsage;
import dev.berth.cri.v1.ImageServiceGrpc;
import java.nio.file.Path;
import java.util.function.Function;

/** The RPCs on images. */
public final class ImageRpcs {
    private ImageRpcs() {}

    /** @param written what containers wrote, shown at a mount point */
    public static RpcTable table(StoredImages images, Metrics metrics, Function<Path, FilesystemUsage> written) {
        return RpcTable.builder().unary(ImageServiceGrpc.getListImagesMethod(), new ImageList(images)).stream(
                        ImageServiceGrpc.getStreamImagesMethod(), new ImageStream(images))
                .unary(ImageServiceGrpc.getImageStatusMethod(), new ImageStatusGet(images))
                .unary(ImageServiceGrpc.getPullImageMethod(), new ImagePull(images, metrics))
                .unary(ImageServiceGrpc.getRemoveImageMethod(), new ImageRemove(images))
                .unary(ImageServiceGrpc.getImageFsInfoMethod(), new ImageFsInfoGet(images, written))
                .build();
    }
}
