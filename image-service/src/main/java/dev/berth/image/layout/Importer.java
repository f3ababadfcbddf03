package dev.berth.image.layout;

import dev.berth.image.failure.ImageFailure;
import dev.berth.image.layer.Decompression;
import dev.berth.image.manifest.Platform;
import dev.berth.image.pull.ImagePlan;
import dev.berth.image.pull.Installer;
import dev.berth.image.pull.PullProgress;
import dev.berth.image.reference.Reference;
import dev.berth.image.store.Image;
import dev.berth.image.store.ImageStore;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Imports images from files: an OCI layout as a directory or a tar, or the tar of {@code docker save}; tars may be compressed. */
public final class Importer {
    private final ImageStore store;
    private final Installer installer;
    private final Platform platform;

    public Importer(ImageStore store, Installer installer, Platform platform) {
        this.store = store;
        this.installer = installer;
        this.platform = platform;
    }

    /**
     * Imports all images of an archive.
     *
     * @param name what to call the one image of the archive; null to go by the names inside
     */
    public List<Image> importArchive(Path archive, @Nullable Reference name, PullProgress progress) {
        try {
            return Files.isDirectory(archive)
                    ? install(archive, new ArchiveFiles.OfDirectory(archive), name, progress)
                    : importTar(archive, name, progress);
        } catch (NoSuchFileException e) {
            throw new ImageFailure(ImageFailure.Kind.NOT_FOUND, "there is no file %s".formatted(archive), e);
        } catch (IOException e) {
            boolean full = String.valueOf(e.getMessage()).contains("No space left");
            throw new ImageFailure(
                    full ? ImageFailure.Kind.NO_SPACE : ImageFailure.Kind.CORRUPT,
                    "%s cannot be imported: %s".formatted(archive, e.getMessage()),
                    e);
        }
    }

    private List<Image> importTar(Path tar, @Nullable Reference name, PullProgress progress) throws IOException {
        if (!isCompressed(tar)) {
            return install(tar, TarFiles.of(tar), name, progress);
        }
        String room = store.makeRoom("import");
        try {
            Path plain = store.usage().root().resolve("tmp").resolve(room).resolve("plain.tar");
            try (InputStream in = Files.newInputStream(tar);
                    InputStream decompressed = Decompression.of(in)) {
                Files.copy(decompressed, plain);
            }
            return install(tar, TarFiles.of(plain), name, progress);
        } finally {
            store.discard(room);
        }
    }

    private static boolean isCompressed(Path tar) throws IOException {
        try (InputStream in = Files.newInputStream(tar);
                InputStream plain = Decompression.of(in)) {
            return !(plain instanceof BufferedInputStream);
        }
    }

    private List<Image> install(Path archive, ArchiveFiles files, @Nullable Reference name, PullProgress progress)
            throws IOException {
        List<Image> images = new ArrayList<>();
        for (ImagePlan plan : new Archive(archive.toString(), files, platform, name).images()) {
            images.add(installer.install(plan, progress));
        }
        return List.copyOf(images);
    }
}
