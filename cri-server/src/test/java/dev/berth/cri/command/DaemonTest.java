package dev.berth.cri.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.cri.config.ConfigLoader;
import dev.berth.cri.config.EffectiveConfig;
import dev.berth.cri.config.Flags;
import dev.berth.cri.config.LogLevel;
import dev.berth.cri.metrics.Reading;
import dev.berth.cri.node.Node;
import dev.berth.cri.server.AlreadyServing;
import dev.berth.cri.server.RpcTable;
import dev.berth.cri.server.Sentence;
import dev.berth.cri.server.TestClient;
import dev.berth.cri.v1.AuthConfig;
import dev.berth.cri.v1.ImageServiceGrpc;
import dev.berth.cri.v1.PullImageRequest;
import dev.berth.cri.v1.VersionRequest;
import io.grpc.StatusRuntimeException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.LogManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class DaemonTest {
    @TempDir
    private Path directory;

    @Test
    void answersBeforeTheNodeIsUpAndGoesDownInOrder() throws Exception {
        RecordingNode node = new RecordingNode(config());
        try (Daemon daemon = Daemon.start(config(), (_, _) -> node);
                TestClient client = new TestClient(socket())) {
            assertEquals("berth", runtimeName(client));
            assertEquals(List.of(), node.events);
            daemon.bringUp();
            assertEquals(List.of("start"), node.events);
            assertTrue(daemon.stop());
            assertFalse(daemon.stop(), "it stops once");
            daemon.awaitStop();
            assertEquals(List.of("start", "close"), node.events);
        }
        assertFalse(Files.exists(socket()));
    }

    @Test
    void aSecondDaemonOfTheSameStateOrSocketIsRefusedAndTheFirstLivesOn() throws Exception {
        try (Daemon _ = Daemon.start(config(), (config, _) -> Node.bare(config));
                TestClient client = new TestClient(socket())) {
            AlreadyServing sameState =
                    assertThrows(AlreadyServing.class, () -> Daemon.start(config(), (config, _) -> Node.bare(config)));
            Sentence.assertSays("belongs to a running berth (pid ", sameState);
            EffectiveConfig other = config("--state", directory.resolve("other").toString());
            AlreadyServing sameSocket =
                    assertThrows(AlreadyServing.class, () -> Daemon.start(other, (config, _) -> Node.bare(config)));
            Sentence.assertSays("Another process listens on", sameSocket);
            assertEquals("berth", runtimeName(client));
        }
    }

    @Test
    void aFailedStartLetsGoOfTheStateDirectory() throws Exception {
        assertThrows(
                IOException.class,
                () -> Daemon.start(config(), (_, _) -> {
                    throw new IOException("no disk");
                }));
        Daemon.start(config(), (config, _) -> Node.bare(config)).close();
    }

    @Test
    void aPasswordReachesNoLogLineAtAnyLevel() throws Exception {
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        Logging.start(LogLevel.DEBUG, new PrintStream(log, true, StandardCharsets.UTF_8));
        PullImageRequest pull = PullImageRequest.newBuilder()
                .setAuth(AuthConfig.newBuilder().setUsername("robot").setPassword("hunter2hunter2"))
                .build();
        RpcTable table = RpcTable.builder()
                .unary(ImageServiceGrpc.getPullImageMethod(), request -> {
                    throw new IllegalStateException("the registry refused " + request);
                })
                .build();
        try (Daemon _ = Daemon.start(config(), (config, _) -> new TableNode(config, table));
                TestClient client = new TestClient(socket())) {
            StatusRuntimeException failure = assertThrows(
                    StatusRuntimeException.class, () -> client.images().pullImage(pull));
            Sentence.assertSays("the registry refused", failure);
            assertFalse(String.valueOf(failure.getMessage()).contains("hunter2"));
        } finally {
            LogManager.getLogManager().readConfiguration();
        }
        String text = log.toString(StandardCharsets.UTF_8);
        assertTrue(text.contains("the registry refused"), "the failure was logged:\n" + text);
        assertFalse(text.contains("hunter2"), text);
    }

    private EffectiveConfig config(String... more) {
        Flags flags = new Flags()
                .set("socket", "--socket", socket().toString())
                .set("state", "--state", directory.resolve("state").toString())
                .set("root", "--root", directory.resolve("root").toString())
                .set("metrics.address", "--metrics-address", "127.0.0.1:0");
        for (int i = 0; i < more.length; i += 2) {
            flags.set(more[i].substring(2), more[i], more[i + 1]);
        }
        return ConfigLoader.load(null, flags);
    }

    private Path socket() {
        return directory.resolve("run/berth.sock");
    }

    private static String runtimeName(TestClient client) {
        return client.runtime().version(VersionRequest.getDefaultInstance()).getRuntimeName();
    }

    /** A node that answers a given table. */
    private record TableNode(EffectiveConfig config, RpcTable rpcs) implements Node {
        @Override
        public List<Reading> readings() {
            return List.of();
        }

        @Override
        public void start() {}

        @Override
        public void close() {}
    }

    /** A node that remembers what was done with it. */
    private static final class RecordingNode implements Node {
        private final EffectiveConfig config;
        private final List<String> events = new CopyOnWriteArrayList<>();

        private RecordingNode(EffectiveConfig config) {
            this.config = config;
        }

        @Override
        public RpcTable rpcs() {
            return Node.bare(config).rpcs();
        }

        @Override
        public List<Reading> readings() {
            return List.of(new Reading("berth.pods", "Pods.", () -> 0));
        }

        @Override
        public void start() {
            events.add("start");
        }

        @Override
        public void close() {
            events.add("close");
        }
    }
}
