package dev.berth.runtime.cni;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CniNetworkTest {
    private static final String LIST = """
            {"cniVersion": "1.0.0", "name": "pods", "plugins": [
              {"type": "bridge", "bridge": "b0", "ipam": {"type": "host-local"}},
              {"type": "portmap", "capabilities": {"portMappings": true, "dns": false}}]}""";
    private static final String BRIDGE_RESULT = """
            {"cniVersion": "1.0.0",
             "interfaces": [{"name": "b0"}, {"name": "eth0", "sandbox": "/run/netns/a"}],
             "ips": [{"address": "10.1.0.1/24", "interface": 0}, {"address": "10.1.0.2/24", "interface": 1},
                     {"address": "fd00::2/64"}],
             "dns": {"nameservers": ["10.1.0.1"], "search": ["local"]}}""";

    @TempDir
    Path bin;

    private final RecordingRunner runner = new RecordingRunner();

    @BeforeEach
    void installPlugins() throws IOException {
        for (String type : List.of("bridge", "portmap", "host-local")) {
            Files.createFile(bin.resolve(type)).toFile().setExecutable(true);
        }
        runner.answer("ADD bridge", BRIDGE_RESULT);
        runner.answer("ADD portmap", BRIDGE_RESULT);
    }

    @Test
    void pluginsRunInOrderAndEachGetsTheResultOfTheOneBefore() throws Exception {
        CniResult result = network(LIST).add(attachment());
        assertEquals(List.of("ADD bridge", "ADD portmap"), runner.names());
        assertFalse(runner.stdin("ADD bridge").has("prevResult"));
        assertEquals("b0", runner.stdin("ADD bridge").path("bridge").asText());
        assertEquals("pods", runner.stdin("ADD portmap").path("name").asText());
        assertEquals("1.0.0", runner.stdin("ADD portmap").path("cniVersion").asText());
        assertEquals(result.json(), runner.stdin("ADD portmap").path("prevResult"));
    }

    @Test
    void onlyAddressesInsideThePodAreThePods() throws Exception {
        CniResult result = network(LIST).add(attachment());
        assertEquals(List.of("10.1.0.2", "fd00::2"), result.ips());
        assertEquals(new CniCapabilities.Dns(List.of("10.1.0.1"), List.of("local"), List.of()), result.dns());
    }

    @Test
    void pluginsLearnThePodTheNamespaceAndWhereOtherPluginsAre() throws Exception {
        network(LIST).add(attachment());
        var environment = runner.last("ADD bridge").environment();
        assertEquals("pod1", environment.get("CNI_CONTAINERID"));
        assertEquals(bin.toString(), environment.get("CNI_NETNS"));
        assertEquals("eth0", environment.get("CNI_IFNAME"));
        assertEquals(bin.toString(), environment.get("CNI_PATH"));
        assertEquals(
                "IgnoreUnknown=1;K8S_POD_NAMESPACE=default;K8S_POD_NAME=web;K8S_POD_INFRA_CONTAINER_ID=pod1;K8S_POD_UID=u-1",
                environment.get("CNI_ARGS"));
        assertTrue(Objects.requireNonNull(environment.get("PATH")).contains("/usr/sbin"));
        assertEquals(7, environment.size(), "nothing of the daemon's own environment");
    }

    @Test
    void aPluginSeesTheCapabilitiesThatItDeclaresAndNoOther() throws Exception {
        network(LIST).add(attachment());
        assertFalse(runner.stdin("ADD bridge").has("runtimeConfig"));
        assertEquals(
                "{\"portMappings\":[{\"hostPort\":8080,\"containerPort\":80,\"protocol\":\"tcp\",\"hostIP\":\"127.0.0.1\"}]}",
                runner.stdin("ADD portmap").path("runtimeConfig").toString());
        assertFalse(runner.stdin("ADD portmap").has("capabilities"));
    }

    @Test
    void theBandwidthPluginGetsRatesAndBursts() throws Exception {
        network("""
                {"cniVersion": "1.0.0", "name": "pods", "plugins": [
                  {"type": "bridge"}, {"type": "portmap", "capabilities": {"bandwidth": true}}]}""").add(attachment());
        assertEquals(
                "{\"bandwidth\":{\"ingressRate\":1000,\"ingressBurst\":8000,\"egressRate\":0,\"egressBurst\":0}}",
                runner.stdin("ADD portmap").path("runtimeConfig").toString());
    }

    @Test
    void delRunsInReverseWithTheResultOfAdd() throws Exception {
        CniResult result = network(LIST).add(attachment());
        network(LIST).del(attachment(), result);
        assertEquals(List.of("ADD bridge", "ADD portmap", "DEL portmap", "DEL bridge"), runner.names());
        assertEquals(result.json(), runner.stdin("DEL bridge").path("prevResult"));
        assertTrue(runner.stdin("DEL portmap").has("runtimeConfig"));
    }

    @Test
    void delBefore04IsGivenNoResult() throws Exception {
        CniNetwork old = network(LIST.replace("1.0.0", "0.3.1"));
        old.del(attachment(), old.add(attachment()));
        assertFalse(runner.stdin("DEL bridge").has("prevResult"));
    }

    @Test
    void delOfANamespaceThatIsGoneSaysSoWithAnEmptyPath() throws Exception {
        CniAttachment gone =
                new CniAttachment("pod1", bin + "/gone", "eth0", attachment().pod(), CniCapabilities.NONE);
        network(LIST).del(gone, null);
        assertEquals("", runner.last("DEL bridge").environment().get("CNI_NETNS"));
    }

    @Test
    void delGoesOnAfterAFailureAndReportsAll() {
        runner.answer("DEL portmap", RecordingRunner.exited(1, "{\"code\": 11, \"msg\": \"locked\"}"));
        runner.answer("DEL bridge", new ProgramOutcome.TimedOut());
        CniFailure failure = assertThrows(CniFailure.class, () -> network(LIST).del(attachment(), null));
        assertEquals(List.of("DEL portmap", "DEL bridge"), runner.names());
        assertEquals(11, failure.code());
        assertEquals(1, failure.getSuppressed().length);
    }

    @Test
    void aFailedAddIsTakenBackAndSaysWhy() {
        runner.answer(
                "ADD portmap",
                RecordingRunner.exited(1, "{\"code\": 7, \"msg\": \"port in use\", \"details\": \"8080\"}"));
        CniFailure failure = addFailure(LIST);
        assertEquals(CniFailure.Kind.PLUGIN_FAILED, failure.kind());
        assertEquals(
                "The network plugin portmap (ADD) failed with exit code 1, CNI error 7: port in use (8080).",
                failure.sentence());
        assertEquals(List.of("ADD bridge", "ADD portmap", "DEL portmap", "DEL bridge"), runner.names());
        assertTrue(runner.stdin("DEL bridge").has("prevResult"), "what the first plugin gave");
    }

    @Test
    void aPluginThatCrashesIsQuotedFromItsErrors() {
        runner.answer("ADD bridge", new ProgramOutcome.Exited(2, new byte[0], "panic: no\nway".getBytes(UTF_8), false));
        assertEquals(
                "The network plugin bridge (ADD) failed with exit code 2: panic: no way.",
                addFailure(LIST).sentence());
    }

    @Test
    void aPluginThatHangsFailsTheAddAndIsStillAskedToDelete() {
        runner.answer("ADD bridge", new ProgramOutcome.TimedOut());
        CniFailure failure = addFailure(LIST);
        assertEquals(CniFailure.Kind.TIMED_OUT, failure.kind());
        assertEquals("The network plugin bridge (ADD) did not end within 5000 ms and was killed.", failure.sentence());
        assertEquals(List.of("ADD bridge", "DEL portmap", "DEL bridge"), runner.names());
    }

    @Test
    void anAnswerThatIsNoResultFailsTheAdd() {
        for (String answer : List.of(
                "",
                "nonsense",
                "[]",
                "{} {}",
                "[".repeat(1000),
                "{\"ips\": [{\"address\": \"example.org/24\"}]}",
                "{\"ips\": [{}]}",
                "{\"ips\": [%s{}]}".formatted("{\"address\": \"10.0.0.1/8\"},".repeat(100)))) {
            runner.answer("ADD bridge", answer);
            CniFailure failure = addFailure(LIST);
            assertEquals(CniFailure.Kind.BAD_ANSWER, failure.kind(), answer);
        }
        runner.answer("ADD bridge", new ProgramOutcome.Exited(0, new byte[0], new byte[0], true));
        assertTrue(addFailure(LIST).sentence().contains("more than 1 MiB"));
    }

    @Test
    void aNetworkThatGivesNoAddressFailsTheAdd() {
        runner.answer("ADD portmap", "{}");
        assertTrue(addFailure(LIST).sentence().contains("gave the pod no IP address"));
    }

    @Test
    void aMissingPluginIsNamedWithWhereItWasLookedFor() throws IOException {
        Files.delete(bin.resolve("bridge"));
        CniFailure failure = addFailure(LIST);
        assertEquals(CniFailure.Kind.PLUGIN_MISSING, failure.kind());
        assertEquals(
                "The network plugin bridge is not installed: no such program in %s.".formatted(bin),
                failure.sentence());
    }

    @Test
    void statusChecksThatPluginsAreThereAndFrom11AsksThem() throws Exception {
        network(LIST).status();
        assertEquals(List.of(), runner.names());
        network(LIST.replace("1.0.0", "1.1.0")).status();
        assertEquals(List.of("STATUS bridge", "STATUS portmap"), runner.names());
        assertFalse(runner.last("STATUS bridge").environment().containsKey("CNI_CONTAINERID"));
        Files.delete(bin.resolve("host-local"));
        CniFailure failure = assertThrows(CniFailure.class, () -> network(LIST).status());
        assertTrue(failure.sentence().contains("host-local"));
    }

    @Test
    void gcNamesTheAttachmentsInUseFrom11() throws Exception {
        network(LIST).gc(List.of(attachment()));
        assertEquals(List.of(), runner.names());
        CniNetwork network = network(LIST.replace("1.0.0", "1.1.0"));
        network.gc(List.of(attachment()));
        assertEquals(
                "[{\"containerID\":\"pod1\",\"ifname\":\"eth0\"}]",
                runner.stdin("GC bridge").path("cni.dev/valid-attachments").toString());
        runner.runs.clear();
        network(LIST.replace("1.0.0\"", "1.1.0\", \"disableGC\": true")).gc(List.of());
        assertEquals(List.of(), runner.names());
    }

    @Test
    void aRecordHoldsAllThatDelNeedsAfterARestart() throws Exception {
        CniNetwork network = network(LIST);
        CniAttachmentRecord intent = new CniAttachmentRecord(attachment(), network.config(), null);
        assertEquals(null, CniAttachmentRecord.parse(intent.toJson()).result());
        byte[] bytes = intent.with(network.add(attachment())).toJson();

        CniAttachmentRecord back = CniAttachmentRecord.parse(bytes);
        assertEquals(attachment(), back.attachment());
        assertEquals(
                List.of("10.1.0.2", "fd00::2"),
                Objects.requireNonNull(back.result()).ips());
        new CniNetwork(back.config(), plugins()).del(back.attachment(), back.result());
        ObjectNode stdin = (ObjectNode) runner.stdin("DEL bridge");
        assertEquals("b0", stdin.path("bridge").asText());
    }

    @Test
    void aTornRecordIsRefused() {
        byte[] whole = new CniAttachmentRecord(attachment(), network(LIST).config(), null).toJson();
        for (int length = 0; length < whole.length; length++) {
            byte[] torn = Arrays.copyOf(whole, length);
            assertThrows(CniFailure.class, () -> CniAttachmentRecord.parse(torn));
        }
        for (String text : List.of("{}", "{\"config\": {}}", "{\"config\": %s}".formatted(LIST))) {
            assertThrows(CniFailure.class, () -> CniAttachmentRecord.parse(text.getBytes(UTF_8)), text);
        }
    }

    @Test
    void namesThatWouldChangeTheMeaningOfArgumentsAreRefused() {
        CniAttachment.Pod pod = new CniAttachment.Pod("default", "web;K8S_POD_UID=0", "u-1");
        CniAttachment attachment = new CniAttachment("pod1", "/n", "eth0", pod, CniCapabilities.NONE);
        assertThrows(CniFailure.class, () -> network(LIST).add(attachment));
        for (String ifName : List.of("", "a/b", "sixteen-letters-", "a b", "..")) {
            assertThrows(
                    CniFailure.class,
                    () -> new CniAttachment("pod1", "/n", ifName, attachment().pod(), CniCapabilities.NONE));
        }
    }

    private CniFailure addFailure(String list) {
        return assertThrows(CniFailure.class, () -> network(list).add(attachment()));
    }

    private CniPlugins plugins() {
        return new CniPlugins(List.of(bin), runner, Duration.ofSeconds(5));
    }

    private CniNetwork network(String list) {
        return new CniNetwork(CniConfig.parse(list.getBytes(UTF_8), "test.conflist"), plugins());
    }

    private CniAttachment attachment() {
        return new CniAttachment(
                "pod1",
                bin.toString(),
                "eth0",
                new CniAttachment.Pod("default", "web", "u-1"),
                CniCapabilities.of(
                        List.of(
                                new CniCapabilities.PortMapping(8080, 80, "tcp", "127.0.0.1"),
                                new CniCapabilities.PortMapping(0, 81, "tcp", "")),
                        new CniCapabilities.Bandwidth(1_000, 8_000, 0, 0)));
    }
}
