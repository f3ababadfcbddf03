package dev.berth.cri.pod;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.cri.v1.NamespaceMode;
import dev.berth.cri.v1.PodSandboxState;
import dev.berth.cri.v1.PodSandboxStatus;
import dev.berth.state.v1.PodRecord;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PodStepsTest {
    @TempDir
    private Path directory;

    private TestPlatform test;
    private Pods pods;
    private PodSteps steps;

    @BeforeEach
    void make() {
        test = new TestPlatform(directory);
        pods = new Pods(test.podStore());
        steps = new PodSteps(test.platform(), pods, new PodShim(test.platform(), PodShim.DEAF));
    }

    /** The names are labels of metrics, so they are an interface. */
    @Test
    void theVerbsOfPodsHaveTheseSteps() {
        assertEquals("RunPodSandbox", steps.run().name());
        assertEquals(
                List.of("record", "directory", "shim", "files", "shm", "netns", "network", "pause", "limits", "ready"),
                steps.run().stepNames());
        assertEquals(
                List.of("network", "netns", "pause", "shim", "shm", "record"),
                steps.stop().stepNames());
        assertEquals(List.of("files", "record"), steps.remove().stepNames());
    }

    @Test
    void aPodOfWhichNothingIsThereCanBeTakenBack() throws Exception {
        PodRecord record = PodRecord.newBuilder().setId("p1").build();
        pods.store().put("p1", record);
        test.attach("p1");
        steps.run()
                .undo(new PodMaking(new Pod(record), List.of()), test.platform().watch());
        assertEquals(List.of(), pods.store().load());
        assertEquals(List.of(), test.attached());
        assertEquals("RunPodSandbox/ready undone", test.steps().getFirst());
        assertEquals("RunPodSandbox/record undone", test.steps().getLast());
    }

    @Test
    void aStoppedPodKeepsItsRecordAndFiles() throws Exception {
        Pod pod = new Pod(PodRecord.newBuilder()
                .setId("p1")
                .setPhase(PodRecord.Phase.READY)
                .build());
        pods.add(pod);
        Path files = Files.createDirectories(test.platform().layout().podDirectory("p1"));
        steps.stop().run(pod, test.platform().watch());
        assertFalse(pod.ready());
        assertTrue(Files.exists(files));
        assertEquals(PodRecord.Phase.NOT_READY, pods.store().load().getFirst().getPhase());
        steps.remove().run(pod, test.platform().watch());
        assertFalse(Files.exists(files));
        assertEquals(List.of(), pods.store().load());
        assertTrue(pods.all().isEmpty());
    }

    @Test
    void aPodsFilesSayWhatWasAsked() throws Exception {
        PodRecord.Builder record = PodRecord.newBuilder().setId("p1");
        record.getConfigBuilder()
                .setHostname("web")
                .getDnsConfigBuilder()
                .addServers("10.96.0.10")
                .addSearches("default.svc")
                .addSearches("svc")
                .addOptions("ndots:5");
        PodMaking making = new PodMaking(new Pod(record.build()), List.of());
        PodFiles pod = new PodFiles(test.platform());
        pod.makeDirectory(making);
        pod.write(making);
        Path files = test.platform().layout().podDirectory("p1");
        assertEquals(
                "nameserver 10.96.0.10\nsearch default.svc svc\noptions ndots:5\n",
                Files.readString(files.resolve("resolv.conf")));
        assertEquals("web\n", Files.readString(files.resolve("hostname")));
        assertTrue(Files.readString(files.resolve("hosts")).endsWith("\tweb\n"));
    }

    @Test
    void aPodShowsItsAddressesTheFirstOneAsThePrimary() {
        Pod pod = new Pod(PodRecord.newBuilder()
                .setId("p1")
                .setPhase(PodRecord.Phase.READY)
                .setCreatedAt(5)
                .setRuntimeHandler("berth")
                .addIps("10.0.0.2")
                .addIps("fd00::2")
                .build());
        PodSandboxStatus status = PodView.status(pod);
        assertEquals(PodSandboxState.SANDBOX_READY, status.getState());
        assertEquals("10.0.0.2", status.getNetwork().getIp());
        assertEquals("fd00::2", status.getNetwork().getAdditionalIps(0).getIp());
        assertEquals(5, status.getCreatedAt());
        assertEquals("berth", PodView.item(pod.record()).getRuntimeHandler());
    }

    @Test
    void aPodWithoutAddressesAndStoppedShowsSo() {
        PodSandboxStatus status =
                PodView.status(new Pod(PodRecord.newBuilder().setId("p1").build()));
        assertEquals(PodSandboxState.SANDBOX_NOTREADY, status.getState());
        assertEquals("", status.getNetwork().getIp());
    }

    @Test
    void aPodMakesTheNamespacesThatItDoesNotShare() {
        assertEquals(0x4C000000L, making(NamespaceMode.POD, NamespaceMode.POD).namespaces());
        assertEquals(0x08000000L, making(NamespaceMode.NODE, NamespaceMode.POD).namespaces());
        assertEquals(0, making(NamespaceMode.NODE, NamespaceMode.NODE).namespaces());
        assertEquals(
                "0123456789ab",
                new Pod(PodRecord.newBuilder().setId("0123456789abcdef").build()).hostname());
    }

    private static PodMaking making(NamespaceMode network, NamespaceMode ipc) {
        PodRecord.Builder record = PodRecord.newBuilder().setId("0123456789abcdef");
        record.getConfigBuilder()
                .getLinuxBuilder()
                .getSecurityContextBuilder()
                .getNamespaceOptionsBuilder()
                .setNetwork(network)
                .setIpc(ipc);
        return new PodMaking(new Pod(record.build()), List.of());
    }
}
