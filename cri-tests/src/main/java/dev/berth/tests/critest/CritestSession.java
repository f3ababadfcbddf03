package dev.berth.tests.critest;

import dev.berth.tests.image.CritestImages;
import dev.berth.tests.image.OciImage;
import dev.berth.tests.node.BerthDaemon;
import dev.berth.tests.node.BridgeNetwork;
import dev.berth.tests.node.LocalRegistry;
import dev.berth.tests.node.NodeFolders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One run of critest from nothing: images, registry, mirrors, Berth or another server, and everything gone after. */
public final class CritestSession {
    private CritestSession() {}

    /**
     * A server that runs already.
     *
     * @param socket its CRI socket
     * @param registryConfig the folder from which it reads `HOST/hosts.toml`; mirrors are written there
     */
    public record Server(Path socket, Path registryConfig) {}

    /**
     * Runs critest.
     *
     * @param server the server to test; empty starts Berth
     * @param flags more flags of critest
     * @param results the folder in which its log, its report and the server's log are kept
     */
    public static List<CritestSpec> run(Optional<Server> server, List<String> flags, Path results)
            throws IOException, InterruptedException {
        Files.createDirectories(results);
        NodeFolders folders = NodeFolders.create();
        try (LocalRegistry registry = LocalRegistry.start(folders.folder().resolve("registry"))) {
            Map<String, OciImage> images = CritestImages.build(folders.work());
            registry.pushAll(images);
            Path hosts = server.map(Server::registryConfig).orElse(folders.registryConfig());
            for (String host : CritestImages.hosts()) {
                registry.mirror(hosts, host);
            }
            OciImage digested = images.get(CritestImages.pulledByDigest());
            if (digested == null) {
                throw new IllegalStateException("No image %s was made".formatted(CritestImages.pulledByDigest()));
            }
            Critest critest = Critest.adapt(results, digested.digest());
            return server.isPresent()
                    ? critest.run(server.get().socket(), flags)
                    : withBerth(folders, critest, flags, results);
        } finally {
            Files.deleteIfExists(results.resolve("critest"));
            folders.delete();
        }
    }

    private static List<CritestSpec> withBerth(NodeFolders folders, Critest critest, List<String> flags, Path results)
            throws IOException, InterruptedException {
        BridgeNetwork network = BridgeNetwork.configure(folders, "critest0");
        try (BerthDaemon _ = BerthDaemon.start(folders)) {
            return critest.run(folders.socket(), flags);
        } finally {
            Files.copy(folders.log(), results.resolve("berth.log"), StandardCopyOption.REPLACE_EXISTING);
            network.delete();
        }
    }
}
