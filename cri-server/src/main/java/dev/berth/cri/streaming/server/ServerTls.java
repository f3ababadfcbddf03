package dev.berth.cri.streaming.server;

import io.netty.channel.Channel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The certificate of the streaming server. Looked at anew at each connection: files that have changed are read again, and sessions
 * that are open keep what they began with. While new files are not a pair, the old ones stay in use. Belongs to the event loop.
 */
public final class ServerTls {
    private static final Logger LOG = System.getLogger(ServerTls.class.getName());

    /** How a file looked when it was read. */
    private record Look(String time, long size, @Nullable Object inode) {
        static Look at(Path file) throws IOException {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return new Look(attributes.lastModifiedTime().toString(), attributes.size(), attributes.fileKey());
        }
    }

    private final Path certificate;
    private final Path key;
    private List<Look> looks;
    private SslContext context;

    private ServerTls(Path certificate, Path key) throws IOException {
        this.certificate = certificate;
        this.key = key;
        this.looks = looks();
        this.context = read();
    }

    /**
     * Reads the files.
     *
     * @param certificate PEM: the certificate, then those that lead to its root
     * @param key PEM, PKCS#8, without a password
     * @return empty when neither is given
     * @throws IOException when only one is given, or they cannot be used
     */
    public static Optional<ServerTls> of(Optional<Path> certificate, Optional<Path> key) throws IOException {
        if (certificate.isPresent() != key.isPresent()) {
            throw new IOException(
                    "streaming.tls_cert_file and streaming.tls_key_file go together; only one of them is set.");
        }
        return certificate.isPresent() && key.isPresent()
                ? Optional.of(new ServerTls(certificate.get(), key.get()))
                : Optional.empty();
    }

    SslHandler handler(Channel client) {
        renew();
        return context.newHandler(client.alloc());
    }

    private void renew() {
        try {
            List<Look> now = looks();
            if (!now.equals(looks)) {
                looks = now;
                context = read();
                LOG.log(Level.INFO, "The streaming server uses the new certificate {0}.", certificate);
            }
        } catch (IOException failure) {
            LOG.log(Level.WARNING, "The streaming server goes on with the certificate it has.", failure);
        }
    }

    private List<Look> looks() throws IOException {
        return List.of(Look.at(certificate), Look.at(key));
    }

    private SslContext read() throws IOException {
        try {
            return SslContextBuilder.forServer(certificate.toFile(), key.toFile())
                    .build();
        } catch (IOException | IllegalArgumentException failure) {
            throw new IOException(
                    "The certificate %s and the key %s cannot be used together; both are PEM, the key PKCS#8 without a password."
                            .formatted(certificate, key),
                    failure);
        }
    }
}
