package dev.berth.cri.network;

import dev.berth.cri.record.PrivateDirectories;
import dev.berth.cri.record.ReplacedFile;
import dev.berth.runtime.cni.CniAttachmentRecord;
import dev.berth.runtime.cni.CniFailure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Attachments that must be released some day, also after a reboot: one JSON file a pod. */
public final class AttachmentStore {
    private static final Logger LOG = System.getLogger(AttachmentStore.class.getName());
    private static final String SUFFIX = ".json";

    private final Path directory;

    public AttachmentStore(Path directory) {
        this.directory = PrivateDirectories.make(directory);
    }

    void put(String pod, CniAttachmentRecord record) {
        try {
            ReplacedFile.write(directory, pod, SUFFIX, record.toJson());
        } catch (IOException failure) {
            throw new UncheckedIOException(
                    "the network attachment of %s could not be recorded".formatted(pod), failure);
        }
    }

    /** The attachment of a pod, null when there is none. One that cannot be understood is set aside, or its pod could never go. */
    @Nullable
    CniAttachmentRecord get(String pod) {
        try {
            return CniAttachmentRecord.parse(Files.readAllBytes(file(pod)));
        } catch (NoSuchFileException _) {
            return null;
        } catch (CniFailure broken) {
            LOG.log(Level.ERROR, "the network attachment of {0} is broken and set aside: {1}", pod, broken.sentence());
            setAside(pod);
            return null;
        } catch (IOException failure) {
            throw new UncheckedIOException("the network attachment of %s could not be read".formatted(pod), failure);
        }
    }

    private void setAside(String pod) {
        try {
            Path broken = directory.resolve(pod + SUFFIX + ".broken");
            Files.move(file(pod), broken, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException failure) {
            throw new UncheckedIOException(
                    "the network attachment of %s could not be set aside".formatted(pod), failure);
        }
    }

    void remove(String pod) {
        try {
            Files.deleteIfExists(file(pod));
        } catch (IOException failure) {
            throw new UncheckedIOException("the network attachment of %s could not be removed".formatted(pod), failure);
        }
    }

    List<String> pods() {
        return PrivateDirectories.list(directory).stream()
                .map(path -> path.getFileName().toString())
                .filter(name -> name.endsWith(SUFFIX) && !name.equals(SUFFIX))
                .map(name -> name.substring(0, name.length() - SUFFIX.length()))
                .toList();
    }

    private Path file(String pod) {
        return directory.resolve(pod + SUFFIX);
    }
}
