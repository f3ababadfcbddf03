package dev.berth.cri.server;

import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * The place of a listening unix socket in the file system.
 *
 * @param path absolute
 */
public record SocketPath(Path path) {
    /** The size of sun_path in unix(7), less the terminating zero. */
    public static final int MAX_BYTES = 107;

    public SocketPath {
        int length = path.toString().getBytes(StandardCharsets.UTF_8).length;
        if (!path.isAbsolute() || length > MAX_BYTES) {
            throw new IllegalArgumentException(
                    "The socket %s is not usable: it must be an absolute path of at most %d bytes."
                            .formatted(path, MAX_BYTES));
        }
    }

    /**
     * Makes the directory, and removes a socket that nobody listens on.
     *
     * @throws AlreadyServing when somebody listens on it, or when the path is taken by something that is no socket
     */
    void claim() throws IOException {
        PrivateDirectory.make(directory());
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        if (!isSocket()) {
            throw new AlreadyServing(
                    "%s exists and is not a socket; remove it or give another --socket.".formatted(path));
        }
        if (answers()) {
            throw new AlreadyServing(
                    "Another process listens on %s; stop it or give this berth another --socket.".formatted(path));
        }
        Files.delete(path);
    }

    /** Lets only the owner connect. */
    void restrict() throws IOException {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
    }

    private Path directory() {
        Path parent = path.getParent();
        return parent == null ? Path.of("/") : parent;
    }

    private boolean isSocket() throws IOException {
        int type = (int) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS) & 0170000;
        return type == 0140000;
    }

    /** Whether somebody listens there. */
    public boolean answers() throws IOException {
        try (SocketChannel client = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            return client.connect(UnixDomainSocketAddress.of(path));
        } catch (ConnectException _) {
            return false;
        } catch (SocketException refused) {
            // The JDK reports ECONNREFUSED of unix sockets as either class, by version.
            if (String.valueOf(refused.getMessage()).contains("refused")) {
                return false;
            }
            throw refused;
        }
    }
}
