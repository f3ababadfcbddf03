package dev.berth.cri.network;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.cri.failure.CriFailure;
import dev.berth.cri.metrics.Metrics;
import dev.berth.cri.v1.PortMapping;
import dev.berth.cri.v1.Protocol;
import dev.berth.runtime.cni.CniConfigs;
import dev.berth.runtime.cni.CniPlugins;
import dev.berth.runtime.cni.Program;
import dev.berth.runtime.cni.ProgramOutcome;
import dev.berth.state.v1.PodRecord;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CniPodNetworkTest {
    private static final String CONFIG = """
            {"cniVersion": "1.0.0", "name": "pods", "plugins": [
              {"type": "bridge", "capabilities": {"portMappings": true}}]}
            """;
    private static final String RESULT = """
            {"cniVersion": "1.0.0", "interfaces": [{"name": "eth0", "sandbox": "/run/netns/x"}],
             "ips": [{"address": "10.88.0.2/16", "interface": 0}, {"address": "fd00::2/64", "interface": 0}]}
            """;

    @TempDir
    private Path directory;

    private final Metrics metrics = new Metrics();
    private final List<Program> runs = new ArrayList<>();
    private final PodRecord pod = pod();
    private ProgramOutcome outcome = exited(0, RESULT);
    private CniPodNetwork network;
    private AttachmentStore store;

    @BeforeEach
    void configure() throws Exception {
        Path plugin = Files.createDirectories(directory.resolve("bin")).resolve("bridge");
        Files.writeString(plugin, "#!/bin/sh\n");
        Files.setPosixFilePermissions(plugin, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.createDirectories(directory.resolve("net.d"));
        Files.writeString(directory.resolve("net.d/10-pods.conflist"), CONFIG);
        store = new AttachmentStore(directory.resolve("cni"));
        network = new CniPodNetwork(
                new CniConfigs(directory.resolve("net.d")),
                new CniPlugins(List.of(directory.resolve("bin")), this::run, Duration.ofSeconds(5)),
                store,
                metrics);
    }

    @AfterEach
    void closeMetrics() {
        metrics.close();
    }

    private ProgramOutcome run(Program program) {
        runs.add(program);
        assertEquals(List.of("p1"), network.attached(), "the attachment is recorded before a plugin runs");
        return outcome;
    }

    @Test
    void anAttachedPodHasItsAddressesTheFirstOneFirst() throws Exception {
        assertEquals(List.of("10.88.0.2", "fd00::2"), network.attach(pod, Path.of("/run/netns/x")));
        assertEquals("ADD", runs.getFirst().environment().get("CNI_COMMAND"));
        assertEquals("/run/netns/x", runs.getFirst().environment().get("CNI_NETNS"));
        assertEquals("eth0", runs.getFirst().environment().get("CNI_IFNAME"));
        String args = String.valueOf(runs.getFirst().environment().get("CNI_ARGS"));
        assertTrue(args.contains("K8S_POD_NAMESPACE=default;K8S_POD_NAME=web"), args);
        String stdin = new String(runs.getFirst().stdin(), UTF_8);
        assertTrue(stdin.contains("\"hostPort\":8080") && stdin.contains("\"protocol\":\"tcp\""), stdin);
    }

    @Test
    void aDetachedPodIsGoneAndDetachingItAgainRunsNothing() throws Exception {
        network.attach(pod, Path.of("/run/netns/x"));
        outcome = exited(0, "");
        network.detach("p1");
        network.detach("p1");
        assertEquals(List.of("ADD", "DEL"), commands());
        assertEquals(List.of(), network.attached());
    }

    @Test
    void anAddThatFailedCanBeDetachedAlsoByTheNextDaemon() throws Exception {
        outcome = exited(1, "{\"code\": 100, \"msg\": \"no address is left\"}");
        CriFailure failure = assertThrows(CriFailure.class, () -> network.attach(pod, Path.of("/run/netns/x")));
        assertEquals(CriFailure.Kind.UNAVAILABLE, failure.kind());
        assertTrue(failure.sentence().contains("no address is left"), failure.sentence());
        outcome = exited(0, "");
        Files.delete(directory.resolve("net.d/10-pods.conflist"));
        CniPodNetwork next = new CniPodNetwork(
                new CniConfigs(directory.resolve("net.d")),
                new CniPlugins(List.of(directory.resolve("bin")), this::run, Duration.ofSeconds(5)),
                new AttachmentStore(directory.resolve("cni")),
                metrics);
        next.detach("p1");
        assertTrue(commands().contains("DEL"), commands().toString());
        assertEquals(List.of(), next.attached());
    }

    @Test
    void aPluginThatHangsIsADeadline() {
        outcome = new ProgramOutcome.TimedOut();
        CriFailure failure = assertThrows(CriFailure.class, () -> network.attach(pod, Path.of("/run/netns/x")));
        assertEquals(CriFailure.Kind.DEADLINE, failure.kind());
        assertTrue(failure.sentence().contains("bridge"), failure.sentence());
    }

    @Test
    void aPluginThatIsMissingIsNamed() throws Exception {
        Files.delete(directory.resolve("bin/bridge"));
        assertEquals("The network plugins bridge are not in [%s/bin].".formatted(directory), network.notReady());
        CriFailure failure = assertThrows(CriFailure.class, () -> network.attach(pod, Path.of("/run/netns/x")));
        assertEquals(CriFailure.Kind.UNAVAILABLE, failure.kind());
        assertTrue(failure.sentence().contains("bridge"), failure.sentence());
    }

    @Test
    void anAnswerThatIsNoneIsUnavailable() {
        outcome = exited(0, "nonsense");
        CriFailure failure = assertThrows(CriFailure.class, () -> network.attach(pod, Path.of("/run/netns/x")));
        assertEquals(CriFailure.Kind.UNAVAILABLE, failure.kind());
    }

    @Test
    void aDelThatFailsKeepsTheAttachmentForTheNextTry() throws Exception {
        network.attach(pod, Path.of("/run/netns/x"));
        outcome = exited(1, "{\"code\": 100, \"msg\": \"busy\"}");
        assertThrows(CriFailure.class, () -> network.detach("p1"));
        assertEquals(List.of("p1"), network.attached());
    }

    @Test
    void withoutAConfigurationNothingIsRecordedAndTheReasonTold() throws Exception {
        Files.delete(directory.resolve("net.d/10-pods.conflist"));
        CriFailure failure = assertThrows(CriFailure.class, () -> network.attach(pod, Path.of("/run/netns/x")));
        assertEquals(CriFailure.Kind.UNAVAILABLE, failure.kind());
        assertTrue(failure.sentence().startsWith("no CNI network is configured"), failure.sentence());
        assertEquals(network.notReady(), failure.sentence());
        assertEquals(List.of(), network.attached());
    }

    @Test
    void everyRunOfAVerbIsCounted() throws Exception {
        network.attach(pod, Path.of("/run/netns/x"));
        ByteArrayOutputStream page = new ByteArrayOutputStream();
        metrics.scrape(page, "text/plain");
        String text = page.toString(UTF_8);
        assertTrue(text.lines().anyMatch(line -> line.contains("cni") && line.contains("\"ADD\"")), text);
    }

    /** A file that a power loss cut short must not keep its pod from ever being stopped. */
    @Test
    void anAttachmentThatIsBrokenIsSetAside() throws Exception {
        Files.writeString(directory.resolve("cni/p1.json"), "{\"attachment\":");
        network.detach("p1");
        assertEquals(List.of(), network.attached());
        assertEquals(Set.of("p1.json.broken"), files());
        assertNull(store.get("p1"));
        assertEquals(List.of(), runs);
    }

    @Test
    void onlyFilesOfAttachmentsAreListed() throws Exception {
        Files.writeString(directory.resolve("cni/.json"), "");
        Files.writeString(directory.resolve("cni/p2.new"), "");
        assertEquals(List.of(), network.attached());
        store.remove("p2");
    }

    private List<String> commands() {
        return runs.stream()
                .map(run -> String.valueOf(run.environment().get("CNI_COMMAND")))
                .toList();
    }

    private Set<String> files() throws Exception {
        try (Stream<Path> files = Files.list(directory.resolve("cni"))) {
            return files.map(file -> file.getFileName().toString()).collect(Collectors.toCollection(TreeSet::new));
        }
    }

    private static ProgramOutcome exited(int code, String stdout) {
        return new ProgramOutcome.Exited(code, stdout.getBytes(UTF_8), new byte[0], false);
    }

    private static PodRecord pod() {
        PodRecord.Builder pod = PodRecord.newBuilder().setId("p1");
        pod.getConfigBuilder()
                .addPortMappings(PortMapping.newBuilder()
                        .setProtocol(Protocol.TCP)
                        .setContainerPort(80)
                        .setHostPort(8080))
                .getMetadataBuilder()
                .setName("web")
                .setNamespace("default")
                .setUid("u1");
        return pod.build();
    }
}
