package dev.berth.tests.clients;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.berth.tests.node.Command;
import dev.berth.tests.node.LocalRegistry;
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
        String shortPod = podId.substring(0, 13);
        assertTrue(crictl("pods").contains("by-hand"));
        assertTrue(crictl("ps").contains(shortId));
        lookInside(shortId, shortPod);
        speak(shortId, shortPod);
        measure(shortId, shortPod);
        assertFalse(crictl("ps").contains(shortId));
        crictl("rm", shortId);
        crictl("stopp", shortPod);
        crictl("rmp", shortPod);
        assertFalse(crictl("pods").contains("by-hand"));
    }

    /** Shorter ways: a pod and its container at once, and everything removed by force. */
    @Test
    void oneCommandRunsAPodAndAnotherRemovesItsImage(@TempDir Path folder) throws Exception {
        crictl("pull", TestNode.SHELL_IMAGE);
        Path pod = Files.writeString(folder.resolve("pod.json"), podJson(folder));
        Path container = Files.writeString(folder.resolve("container.json"), containerJson());
        String id =
                crictl("run", "--no-pull", container.toString(), pod.toString()).strip();
        assertTrue(crictl("ps", "-q", "--no-trunc").contains(id));
        crictl("rmi", TestNode.SHELL_IMAGE);
        assertFalse(crictl("images").contains("berth/shell"), "the name is gone");
        assertEquals("ahoy", crictl("exec", "-s", id, "echo", "ahoy").strip(), "what uses it still runs");
        crictl("rmp", "-f", json("inspect", id).path("info").path("sandboxID").asText());
        assertFalse(crictl("ps", "-a", "-q", "--no-trunc").contains(id));
        crictl("pull", TestNode.SHELL_IMAGE);
    }

    @Test
    void crictlExplainsItself() throws Exception {
        assertTrue(Command.mustRun("crictl", "help").contains("runp"));
        assertTrue(Command.mustRun("crictl", "completion", "bash").contains("complete"));
    }

    private void lookInside(String id, String pod) throws Exception {
        JsonNode container = json("inspect", id);
        assertEquals("CONTAINER_RUNNING", container.path("status").path("state").asText());
        assertTrue(container.path("info").path("pid").asInt() > 1, container.toString());
        assertTrue(container.path("info").path("sandboxID").asText().startsWith(pod), container.toString());
        assertTrue(container.path("info").path("cgroup").asText().contains("berth-"), container.toString());
        assertEquals(
                "main",
                container
                        .path("info")
                        .path("config")
                        .path("metadata")
                        .path("name")
                        .asText());
        JsonNode sandbox = json("inspectp", pod);
        assertEquals("SANDBOX_READY", sandbox.path("status").path("state").asText());
        assertTrue(sandbox.path("info").path("pid").asInt() > 1, sandbox.toString());
        assertEquals(
                "by-hand",
                sandbox.path("info")
                        .path("config")
                        .path("metadata")
                        .path("name")
                        .asText());
        JsonNode image = json("inspecti", TestNode.SHELL_IMAGE);
        assertTrue(image.path("info").has("imageSpec"), image.toString());
        assertTrue(crictl("imagefsinfo").contains("usedBytes"));
        assertTrue(crictl("runtime-config").contains("CGROUPFS"), crictl("runtime-config"));
        crictl("update-runtime-config", "--pod-cidr", "10.99.0.0/16");
        assertTrue(json("info").path("config").has("streaming"), "the configuration of the runtime");
    }

    private void speak(String id, String pod) throws Exception {
        assertEquals("ahoy", crictl("exec", "-s", id, "echo", "ahoy").strip());
        assertTrue(crictl("logs", id).contains("aboard"), crictl("logs", id));
        for (String transport : List.of("spdy", "websocket")) {
            assertEquals(
                    "ahoy",
                    crictl("exec", "--transport", transport, id, "echo", "ahoy").strip());
            String terminal = onTerminal("exec", "--transport", transport, "-it", id, "tty");
            assertTrue(terminal.contains("/dev/pts/"), terminal);
            String attached = shell(
                    "(sleep 1; echo 'over " + transport + "'; sleep 2) | timeout 20 crictl \"$@\" || true",
                    "attach",
                    "--transport",
                    transport,
                    "-i",
                    id);
            assertTrue(attached.contains("heard over " + transport), attached);
            forward(pod, transport);
        }
        String followed = shell("timeout 3 crictl \"$@\" || true", "logs", "-f", id);
        assertTrue(followed.contains("aboard") && followed.contains("heard over spdy"), followed);
    }

    private void forward(String pod, String transport) throws Exception {
        int port = LocalRegistry.freePort();
        String script = "crictl \"$@\" >/dev/null & for i in $(seq 50); do curl -fs http://127.0.0.1:" + port
                + "/greeting && break; sleep 0.1; done; kill $!; wait $! || true";
        assertEquals("aboard\n", shell(script, "port-forward", "--transport", transport, pod, port + ":80"));
    }

    private void measure(String id, String pod) throws Exception {
        assertTrue(crictl("stats", id).contains(id));
        assertTrue(crictl("statsp", pod).contains("by-hand"));
        assertTrue(crictl("metricdescs").contains("container_memory_usage_bytes"));
        assertTrue(crictl("metricsp").contains("container_memory_usage_bytes"));
        crictl("update", "--memory", "67108864", "--cpu-quota", "50000", "--cpu-period", "100000", id);
        assertEquals(
                67_108_864,
                json("inspect", id)
                        .path("status")
                        .path("resources")
                        .path("linux")
                        .path("memoryLimitInBytes")
                        .asLong());
        String events = shell(
                "(sleep 1; crictl --runtime-endpoint unix://" + node.client().socket() + " stop " + id
                        + ") >/dev/null 2>&1 & timeout 5 crictl \"$@\" || true; wait",
                "events");
        assertTrue(events.contains("CONTAINER_STOPPED_EVENT"), events);
        Command checkpoint = run("exec crictl \"$@\" 2>&1", "checkpoint", "--export=/tmp/berth-none", id);
        assertNotEquals(0, checkpoint.status());
        assertTrue(checkpoint.output().contains("Unimplemented"), checkpoint.output());
    }

    /** A command whose standard streams are a terminal. */
    private String onTerminal(String... words) throws Exception {
        return shell("exec script -qec \"crictl $*\" /dev/null < /dev/null", words);
    }

    private String crictl(String... words) throws Exception {
        return shell("exec crictl \"$@\"", words);
    }

    /** Runs a script whose arguments are those of crictl with our server; what it writes to standard output. */
    private String shell(String script, String... words) throws Exception {
        // Its warnings go to standard error, beside ids on standard output.
        Command result = run("exec 2>/dev/null; " + script, words);
        assertEquals(0, result.status(), String.join(" ", words) + ": " + result.output());
        return result.output();
    }

    private Command run(String script, String... words) throws Exception {
        String socket = "unix://" + node.client().socket();
        List<String> all = new ArrayList<>(List.of("sh", "-c", script, "sh"));
        all.addAll(List.of("--config", deployed(), "--runtime-endpoint", socket, "--image-endpoint", socket));
        all.addAll(List.of(words));
        return Command.run(Map.of(), all);
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
                 "command": ["/bin/sh", "-c", "mkdir /www; echo aboard | tee /www/greeting; httpd -p 80 -h /www; while read line; do echo heard $line; done; exec top -b -d 600"], "stdin": true}
                """.formatted(TestNode.SHELL_IMAGE);
    }
}
