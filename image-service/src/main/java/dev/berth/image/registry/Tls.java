package dev.berth.image.registry;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;

/**
 * How a server proves itself and how we prove ourselves to it.
 *
 * @param authorities certificates trusted beside the system's
 * @param clients our certificates
 * @param skipVerify whether the server need not prove anything
 * @param stamp changes when one of the files does
 */
record Tls(List<Path> authorities, List<ClientCertificate> clients, boolean skipVerify, String stamp) {
    static final Tls DEFAULT = new Tls(List.of(), List.of(), false, "");

    /** A PEM file with our certificate chain, and the one with its key (which may be the same). */
    record ClientCertificate(Path certificate, Path key) {}

    static Tls of(List<Path> authorities, List<ClientCertificate> clients, boolean skipVerify) {
        List<Path> files = new ArrayList<>(authorities);
        for (ClientCertificate client : clients) {
            files.add(client.certificate());
            files.add(client.key());
        }
        StringBuilder stamp = new StringBuilder();
        files.forEach(file -> stamp.append(changed(file)).append(';'));
        return new Tls(List.copyOf(authorities), List.copyOf(clients), skipVerify, stamp.toString());
    }

    private static String changed(Path file) {
        try {
            FileTime time = Files.getLastModifiedTime(file);
            return time + "/" + Files.size(file);
        } catch (IOException _) {
            return "absent";
        }
    }
}
