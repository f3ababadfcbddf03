package dev.berth.tests.clients;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.berth.tests.node.Command;
import dev.berth.tests.node.Project;
import dev.berth.tests.node.TestNode;
import dev.berth.tests.world.OnNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real crictl: every command that an operator uses on a pod's way. */
@OnNode
class CrictlTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final TestNode node;

    CrictlTest(TestNode node) {
        this.node = node;
    }

    @BeforeAll
    static void needsCrictl() {
        assumeTrue(Command.find("crictl").isPresent(), "crictl is not on PATH");
    }

    @Test
    void crictlReadsItsConfigurationFile() throws Exception {
        String list = Command.mustRun("crictl", "--config", deployed(), "config", "--list");
        assertTrue(list.contains("unix:///run/berth/berth.sock"), list);
    }

    @Test
    void theRuntimeIntroducesItself() throws Exception {
        assertTrue(crictl("version").contains("RuntimeApiVersion:  v1"), crictl("version"));
        JsonNode conditions = json("info").path("status").path("conditions");
        assertEquals(
                2,
                conditions.findValues("status").stream()
                        .filter(JsonNode::asBoolean)
                        .count(),
                conditions.toString());
    }

    @Test
    void aPodGoesItsWholeWay(@TempDir Path folder) throws Exception {
        crictl("pull", TestNode.SHELL_IMAGE);
        assertTrue(crictl("images").contains("registry.test/berth/shell"));
        Path pod = Files.writeString(folder.resolve("pod.json"), podJson(folder));
        Path container = Files.writeString(folder.resolve("container.json"), containerJson());
        String podId = crictl("runp", pod.toString()).strip();
        String id = crictl("create", "--no-pull", podId, container.toString(), pod.toString())
                .strip();
        crictl("start", id);
        String shortId = id.substring(0, 13);
        assertTrue(crictl("pods").contains("by-hand"));
        assertTrue(crictl("ps").contains(shortId));
        assertEquals(
                "CONTAINER_RUNNING",
                json("inspect", shortId).path("status").path("state").asText());
        assertEquals(
                "SANDBOX_READY",
                json("inspectp", podId.substring(0, 13))
                        .path("status")
                        .path("state")
                        .asText());
        assertEquals("ahoy", crictl("exec", "-s", shortId, "echo", "ahoy").strip());
        assertTrue(crictl("logs", shortId).contains("aboard"), crictl("logs", shortId));
        assertEquals("ahoy", crictl("exec", shortId, "echo", "ahoy").strip(), "over SPDY");
        assertEquals(
                "ahoy",
                crictl("exec", "--transport", "websocket", shortId, "echo", "ahoy")
                        .strip());
        assertTrue(crictl("stats", shortId).contains(shortId));
        assertTrue(crictl("statsp", podId.substring(0, 13)).contains("by-hand"));
        assertTrue(crictl("metricdescs").contains("container_memory_usage_bytes"));
        crictl("stop", shortId);
        assertFalse(crictl("ps").contains(shortId));
        crictl("rm", shortId);
        crictl("stopp", podId);
        crictl("rmp", podId);
        assertFalse(crictl("pods").contains("by-hand"));
    }

    private String crictl(String... words) throws Exception {
        String socket = "unix://" + node.client().socket();
        // Its warnings go to standard error, beside ids on standard output.
        List<String> all = new ArrayList<>(List.of("sh", "-c", "exec \"$@\" 2>/dev/null", "sh"));
        all.addAll(List.of("crictl", "--config", deployed(), "--runtime-endpoint", socket, "--image-endpoint", socket));
        all.addAll(List.of(words));
        Command result = Command.run(Map.of(), all);
        assertEquals(0, result.status(), String.join(" ", words) + ": " + result.output());
        return result.output();
    }

    private JsonNode json(String... words) throws Exception {
        return JSON.readTree(crictl(words));
    }

    private static String deployed() {
        return Project.root().resolve("deploy/crictl.yaml").toString();
    }

    private static String podJson(Path folder) {
        return """
                {"metadata": {"name": "by-hand", "namespace": "berth-tests", "uid": "%s", "attempt": 0},
                 "log_directory": "%s", "linux": {}}
                """.formatted(folder.getFileName(), folder);
    }

    private static String containerJson() {
        return """
                {"metadata": {"name": "main"}, "image": {"image": "%s"}, "log_path": "main.log", "linux": {},
                 "command": ["/bin/sh", "-c", "echo aboard; exec top -b -d 600"]}
                """.formatted(TestNode.SHELL_IMAGE);
    }
}
