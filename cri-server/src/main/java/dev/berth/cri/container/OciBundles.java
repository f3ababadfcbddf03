package dev.berth.cri.container;

import dev.berth.cri.failure.CriFailure;
import dev.berth.cri.handler.OciRuntime;
import dev.berth.cri.pod.Platform;
import dev.berth.cri.record.PrivateDirectories;
import dev.berth.runtime.oci.Bundle;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The bundles of containers that an OCI runtime makes. A container of the built-in handler has none. */
public final class OciBundles {
    private static final Logger LOG = System.getLogger(OciBundles.class.getName());
    private static final int LONGEST_PID = 16;
    private static final int SHORT_ID = 16;

    private final Platform platform;

    public OciBundles(Platform platform) {
        this.platform = platform;
    }

    /** The runtime that makes a container, null for the built-in handler. */
    @Nullable
    OciRuntime runtime(Container container) {
        return platform.handlers().find(container.pod().record().getRuntimeHandler());
    }

    Bundle of(Container container) {
        return new Bundle(platform.layout()
                .bundles(container.pod().record().getRuntimeHandler())
                .resolve(container.id()));
    }

    /** Where the runtime hands over a container's terminal: a short path, since that of a socket may have 107 bytes. */
    static Path console(Bundle bundle) {
        String id = bundle.directory().getFileName().toString();
        return bundle.directory().resolveSibling(id.substring(0, Math.min(id.length(), SHORT_ID)) + ".sock");
    }

    /** A file that only root may read, where none was. */
    static void write(Path file, byte[] bytes) {
        try {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.write(file, bytes, StandardOpenOption.WRITE);
        } catch (IOException failure) {
            throw new UncheckedIOException("%s could not be written".formatted(file), failure);
        }
    }

    /** The process that the runtime says it has left. */
    static int pid(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            return Integer.parseInt(new String(in.readNBytes(LONGEST_PID), StandardCharsets.US_ASCII).strip());
        } catch (IOException | NumberFormatException failure) {
            throw CriFailure.internal("the OCI runtime did not say which process it has made", failure);
        }
    }

    /** Takes back what a runtime and its bundle leave of a container whose processes are gone; what fails is tried again later. */
    void clear(Container container) throws InterruptedException {
        clear(container, false);
    }

    /** As {@link #clear}, for the last time: a runtime that fails has nothing more to say. */
    void remove(Container container) throws InterruptedException {
        clear(container, true);
    }

    private void clear(Container container, boolean last) throws InterruptedException {
        String handler = container.pod().record().getRuntimeHandler();
        Path bundle = platform.layout().bundles(handler).resolve(container.id());
        if (!handler.isEmpty() && Files.exists(bundle)) {
            RuntimeCgroup.destroy(platform, container);
            clear(handler, bundle, last);
        }
    }

    /** As {@link #remove}, for every bundle of a container that is none of these. */
    public void sweep(Set<String> containers) throws InterruptedException {
        for (Path handler : PrivateDirectories.list(platform.layout().bundles())) {
            for (Path bundle : PrivateDirectories.list(handler)) {
                if (!containers.contains(bundle.getFileName().toString())) {
                    clear(handler.getFileName().toString(), bundle, true);
                }
            }
        }
    }

    private void clear(String handler, Path bundle, boolean last) throws InterruptedException {
        OciRuntime runtime = platform.handlers().find(handler);
        boolean deleted = runtime == null
                || !Files.isDirectory(bundle)
                || deleted(runtime, bundle.getFileName().toString());
        try {
            if (deleted || last) {
                PrivateDirectories.remove(bundle);
            }
        } catch (RuntimeException failure) {
            LOG.log(Level.WARNING, "the bundle " + bundle + " is still there", failure);
        }
    }

    private static boolean deleted(OciRuntime runtime, String id) throws InterruptedException {
        try {
            runtime.delete(id);
            return true;
        } catch (CriFailure failure) {
            LOG.log(Level.WARNING, "{0}", failure.sentence());
            return false;
        }
    }
}
