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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

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
     * @param rounds runs of one round go side by side, rounds one after another
     * @param results the folder in which logs, reports and the server's log are kept
     * @return what came of each run
     */
    public static Map<CritestRun, List<CritestSpec>> run(
            Optional<Server> server, List<List<CritestRun>> rounds, Path results)
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
                    ? runAll(critest, server.get().socket(), rounds)
                    : withBerth(folders, critest, rounds, results);
        } finally {
            Files.deleteIfExists(results.resolve("critest"));
            folders.delete();
        }
    }

    private static Map<CritestRun, List<CritestSpec>> withBerth(
            NodeFolders folders, Critest critest, List<List<CritestRun>> rounds, Path results)
            throws IOException, InterruptedException {
        BridgeNetwork network = BridgeNetwork.configure(folders, "critest0");
        try (BerthDaemon _ = BerthDaemon.start(folders)) {
            return runAll(critest, folders.socket(), rounds);
        } finally {
            Files.copy(folders.log(), results.resolve("berth.log"), StandardCopyOption.REPLACE_EXISTING);
            network.delete();
        }
    }

    private static Map<CritestRun, List<CritestSpec>> runAll(
            Critest critest, Path socket, List<List<CritestRun>> rounds) throws IOException, InterruptedException {
        Map<CritestRun, List<CritestSpec>> specs = new LinkedHashMap<>();
        for (List<CritestRun> round : rounds) {
            Map<CritestRun, Future<List<CritestSpec>>> running = new LinkedHashMap<>();
            try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                round.forEach(run -> running.put(run, threads.submit(() -> critest.run(socket, run))));
            }
            for (Map.Entry<CritestRun, Future<List<CritestSpec>>> run : running.entrySet()) {
                specs.put(run.getKey(), ended(run.getValue()));
            }
        }
        return specs;
    }

    private static List<CritestSpec> ended(Future<List<CritestSpec>> run) throws IOException, InterruptedException {
        try {
            return run.get();
        } catch (ExecutionException failure) {
            throw new IOException("A run of critest failed", failure.getCause());
        }
    }
}
