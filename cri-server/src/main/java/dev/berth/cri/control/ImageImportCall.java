package dev.berth.cri.control;

import dev.berth.control.v1.ImportImageRequest;
import dev.berth.control.v1.ImportImageResponse;
import dev.berth.control.v1.ImportedImage;
import dev.berth.control.v1.Progress;
import dev.berth.cri.failure.CriFailure;
import dev.berth.cri.server.StreamRpc;
import dev.berth.image.ImageService;
import dev.berth.image.failure.ImageFailure;
import dev.berth.image.reference.Reference;
import dev.berth.image.store.Image;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** ImportImage: the import runs on a thread of its own, and this call tells how far it is. */
public final class ImageImportCall implements StreamRpc<ImportImageRequest, ImportImageResponse> {
    private static final int PENDING = 256;
    private static final long TICK_MILLIS = 50;

    private final ImageService images;

    public ImageImportCall(ImageService images) {
        this.images = images;
    }

    @Override
    public void call(ImportImageRequest request, Consumer<ImportImageResponse> out) throws InterruptedException {
        Path path = Path.of(request.getPath());
        if (!path.isAbsolute()) {
            throw CriFailure.invalid("the path %s of the archive to import must be absolute".formatted(path));
        }
        BlockingQueue<Progress> progress = new LinkedBlockingQueue<>(PENDING);
        CompletableFuture<List<Image>> done = new CompletableFuture<>();
        Thread.ofPlatform().name("import").start(() -> complete(done, path, request.getName(), progress));
        while (!done.isDone() || !progress.isEmpty()) {
            Progress next = progress.poll(TICK_MILLIS, TimeUnit.MILLISECONDS);
            if (next != null) {
                out.accept(ImportImageResponse.newBuilder().setProgress(next).build());
            }
        }
        ImportImageResponse.Builder last = ImportImageResponse.newBuilder();
        result(done).forEach(image -> last.addImages(imported(image)));
        out.accept(last.build());
    }

    private void complete(
            CompletableFuture<List<Image>> done, Path path, String name, BlockingQueue<Progress> progress) {
        try {
            LayerProgress layers = new LayerProgress(progress::offer);
            done.complete(
                    name.isEmpty()
                            ? images.importArchive(path, layers)
                            : List.of(images.importArchive(path, Reference.parse(name), layers)));
        } catch (RuntimeException | Error failure) {
            done.completeExceptionally(failure);
        }
    }

    private static List<Image> result(CompletableFuture<List<Image>> done) throws InterruptedException {
        try {
            return done.get();
        } catch (ExecutionException failure) {
            if (failure.getCause() instanceof ImageFailure image) {
                throw CriFailure.invalid(String.valueOf(image.getMessage()));
            }
            throw CriFailure.internal("the import failed: " + failure.getCause(), failure);
        }
    }

    private static ImportedImage imported(Image image) {
        return ImportedImage.newBuilder()
                .setId(image.id())
                .addAllTags(image.repoTags())
                .setSize(image.size())
                .build();
    }
}
