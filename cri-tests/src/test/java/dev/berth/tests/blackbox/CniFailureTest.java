package dev.berth.tests.blackbox;

import static dev.berth.tests.blackbox.Refusal.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.berth.tests.node.Footprint;
import dev.berth.tests.node.NodeFolders;
import dev.berth.tests.node.TestNode;
import dev.berth.tests.pod.RunningPod;
import dev.berth.tests.world.NodeExtension;
import dev.berth.tests.world.OnlyBerth;
import io.grpc.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Network plugins that are missing, fail or hang. The last word of a plugin's name says at what. */
@OnlyBerth("is given plugins that fail")
class CniFailureTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(3);

    /** Answers as the first of a chain, unless this verb is the one that it has trouble with. */
    private static final String PLUGIN = """
            #!/bin/sh
            [ -e %1$s/well ] || [ "$CNI_COMMAND" != %2$s ] || %3$s
            [ "$CNI_COMMAND" != ADD ] || echo '{"cniVersion": "1.0.0", "interfaces": [], "ips": []}'
            """;

    private static final String FAIL =
            "{ echo '{\"cniVersion\": \"1.0.0\", \"code\": 999, \"msg\": \"no more ropes\"}'; exit 1; }";
    private static final String HANG = "exec sleep 7654";

    private static TestNode node;
    private static String conflist;
    private Footprint before;

    @BeforeAll
    static void start() throws Exception {
        assumeTrue(NodeExtension.isAllowed(), NodeExtension.NEEDS_WORLD);
        node = TestNode.start("berthcni0", "--config=" + configuration());
        conflist = Files.readString(file());
        Path plugins = node.folders().ownPlugins();
        for (String verb : Set.of("ADD", "DEL")) {
            plugin("fail-" + verb, PLUGIN.formatted(plugins, verb, FAIL));
            plugin("hang-" + verb, PLUGIN.formatted(plugins, verb, HANG));
        }
        // The first pod makes the bridge, which stays.
        node.pods().run("warm").close();
    }

    @AfterAll
    static void end() throws Exception {
        if (node != null) {
            node.close();
        }
    }

    @BeforeEach
    void look() throws Exception {
        Files.deleteIfExists(well());
        before = footprint();
    }

    @AfterEach
    void everythingWorksAgainAndNothingIsLeft() throws Exception {
        Files.deleteIfExists(well());
        Files.writeString(file(), conflist);
        node.pods().run("again").close();
        Set<String> left = footprint().since(before);
        for (int i = 0; i < 50 && !left.isEmpty(); i++) {
            Thread.sleep(100);
            left = footprint().since(before);
        }
        assertEquals(Set.of(), left);
    }

    @Test
    void aPluginThatIsMissingIsNamed() throws Exception {
        chain("nonesuch");
        assertRefused(Status.Code.UNAVAILABLE, () -> node.pods().run("missing"), "nonesuch");
    }

    @Test
    void aPluginThatFailsIsNamedWithItsReason() throws Exception {
        chain("fail-ADD");
        assertRefused(Status.Code.UNAVAILABLE, () -> node.pods().run("failing"), "fail-ADD", "no more ropes");
    }

    @Test
    void aPluginThatHangsIsKilledAndNamed() throws Exception {
        chain("hang-ADD");
        long begin = System.nanoTime();
        assertRefused(Status.Code.DEADLINE_EXCEEDED, () -> node.pods().run("hanging"), "hang-ADD");
        Duration took = Duration.ofNanos(System.nanoTime() - begin);
        assertTrue(took.compareTo(TIMEOUT.multipliedBy(4)) < 0, took.toString());
    }

    @Test
    void aPodWhoseNetworkCannotBeReleasedIsReleasedLater() throws Exception {
        chain("fail-DEL");
        RunningPod pod = node.pods().run("held");
        assertRefused(Status.Code.UNAVAILABLE, pod::stop, "fail-DEL", "no more ropes");
        Files.createFile(well());
        pod.close();
    }

    @Test
    void aPodWhoseNetworkHangsIsReleasedLater() throws Exception {
        chain("hang-DEL");
        RunningPod pod = node.pods().run("stuck");
        assertRefused(Status.Code.DEADLINE_EXCEEDED, pod::stop, "hang-DEL");
        Files.createFile(well());
        pod.close();
    }

    /** Puts a plugin before the bridge. */
    private static void chain(String plugin) throws IOException {
        Files.writeString(
                file(),
                conflist.replaceFirst("\"plugins\": \\[", "\"plugins\": [{\"type\": \"%s\"},".formatted(plugin)));
    }

    private static Path file() {
        return node.folders().cniConfig().resolve("10-test.conflist");
    }

    /** While this file is there the plugins are well. */
    private static Path well() {
        return node.folders().ownPlugins().resolve("well");
    }

    private static void plugin(String name, String script) throws IOException {
        Path file = Files.writeString(node.folders().ownPlugins().resolve(name), script);
        assertTrue(file.toFile().setExecutable(true));
    }

    private static Path configuration() throws IOException {
        Path file = Files.createTempFile("berth-cni", ".toml");
        file.toFile().deleteOnExit();
        return Files.writeString(file, "cni.timeout = \"%ds\"\n".formatted(TIMEOUT.toSeconds()));
    }

    private static Footprint footprint() throws Exception {
        NodeFolders folders = node.folders();
        return Footprint.of(folders, node.daemon().pid());
    }
}
