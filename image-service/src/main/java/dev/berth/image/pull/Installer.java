package dev.berth.image.pull;

import dev.berth.image.failure.ImageFailure;
import dev.berth.image.layer.BlobFile;
import dev.berth.image.layer.LayerStream;
import dev.berth.image.layer.Unpacked;
import dev.berth.image.reference.Digest;
import dev.berth.image.store.Image;
import dev.berth.image.store.ImageStore;
import dev.berth.image.store.LayerLease;
import dev.berth.runtime.kernel.Kernel;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;

/** Brings the layers of an image into the store, several at a time, and then the image: all of it or nothing. */
public final class Installer {
    private final Kernel kernel;
    private final ImageStore store;
    private final int layersAtOnce;

    public Installer(Kernel kernel, ImageStore store, int layersAtOnce) {
        this.kernel = kernel;
        this.store = store;
        this.layersAtOnce = layersAtOnce;
    }

    /** Installs an image. An interrupt stops the work with CANCELLED and leaves nothing. */
    public Image install(ImagePlan plan, PullProgress progress) {
        List<LayerLease> leases = new ArrayList<>();
        try {
            for (Digest chain : plan.content().config().chainIds()) {
                leases.add(store.layers().lease(chain));
            }
            fetch(tasks(plan, leases, progress), plan.what());
            store.layers().commit(leases);
        } catch (RuntimeException | Error e) {
            leases.forEach(LayerLease::close);
            throw e;
        }
        return store.add(plan.content(), leases, plan.names());
    }

    /** One layer that is not there yet. */
    private record Task(LayerLease lease, Digest diffId, LayerSource source, PullProgress progress) {}

    /** The large ones first, so that none of them is left alone at the end. */
    private List<Task> tasks(ImagePlan plan, List<LayerLease> leases, PullProgress progress) {
        List<Task> tasks = new ArrayList<>();
        List<Digest> diffIds = plan.content().config().diffIds();
        for (int i = 0; i < leases.size(); i++) {
            if (store.layers().isThere(leases.get(i))) {
                progress.layerPresent(diffIds.get(i));
            } else {
                tasks.add(new Task(leases.get(i), diffIds.get(i), plan.layers().get(i), progress));
            }
        }
        tasks.sort(Comparator.comparingLong((Task task) -> task.source().size()).reversed());
        return tasks;
    }

    private void fetch(List<Task> tasks, String what) {
        if (tasks.isEmpty()) {
            return;
        }
        ThreadFactory threads = Thread.ofPlatform().daemon().name("layer-", 0).factory();
        try (ExecutorService crew = Executors.newFixedThreadPool(Math.min(layersAtOnce, tasks.size()), threads)) {
            CompletionService<Boolean> done = new ExecutorCompletionService<>(crew);
            tasks.forEach(task -> done.submit(() -> fetch(task)));
            try {
                for (int i = 0; i < tasks.size(); i++) {
                    done.take().get();
                }
            } catch (InterruptedException e) {
                crew.shutdownNow();
                Thread.currentThread().interrupt();
                throw new ImageFailure(ImageFailure.Kind.CANCELLED, what + ": cancelled", e);
            } catch (ExecutionException e) {
                crew.shutdownNow();
                throw failure(what, e);
            }
        }
    }

    private static ImageFailure failure(String what, ExecutionException e) {
        if (e.getCause() instanceof ImageFailure failure) {
            return new ImageFailure(failure.kind(), "%s: %s".formatted(what, failure.getMessage()), failure);
        }
        return new ImageFailure(ImageFailure.Kind.INTERNAL, "%s: %s".formatted(what, e.getCause()), e);
    }

    private boolean fetch(Task task) throws InterruptedException {
        boolean fetched = store.layers().unpack(task.lease(), (scratch, files) -> unpack(task, scratch, files));
        if (fetched) {
            task.progress().layerDone(task.diffId());
        } else {
            task.progress().layerPresent(task.diffId());
        }
        return fetched;
    }

    private Unpacked unpack(Task task, int scratch, int files) {
        LayerSource source = task.source();
        task.progress().layerStarted(task.diffId(), source.size());
        String file = source.file();
        Digest digest = source.digest();
        try (InputStream in = source.opening().open()) {
            if (file != null && digest != null) {
                return new BlobFile(in, digest, file, count -> task.progress().layerBytes(task.diffId(), count))
                        .writeInto(kernel, files);
            }
            return new LayerStream(
                            in,
                            source.digest(),
                            task.diffId(),
                            count -> task.progress().layerBytes(task.diffId(), count))
                    .unpackInto(kernel, scratch, files);
        } catch (IOException e) {
            throw new ImageFailure(
                    ImageFailure.Kind.UNAVAILABLE,
                    "layer %s cannot be read: %s".formatted(task.diffId(), e.getMessage()),
                    e);
        }
    }
}
