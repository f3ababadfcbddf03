package dev.berth.tests.blackbox;

import static dev.berth.tests.blackbox.Refusal.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.cri.v1.ContainerStatusRequest;
import dev.berth.cri.v1.LinuxPodSandboxConfig;
import dev.berth.cri.v1.PodSandboxConfig;
import dev.berth.cri.v1.PodSandboxMetadata;
import dev.berth.cri.v1.PodSandboxStatusRequest;
import dev.berth.cri.v1.RemovePodSandboxRequest;
import dev.berth.cri.v1.RunPodSandboxRequest;
import dev.berth.cri.v1.StopPodSandboxRequest;
import dev.berth.tests.coverage.Covers;
import dev.berth.tests.node.TestNode;
import dev.berth.tests.pod.Pods;
import dev.berth.tests.pod.RunningPod;
import dev.berth.tests.world.OnNode;
import dev.berth.tests.world.OnlyBerth;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

@OnNode
class BadPodTest {
    private static final String NOBODY = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    private final TestNode node;
    private final Pods pods;

    BadPodTest(TestNode node) {
        this.node = node;
        pods = node.pods();
    }

    @Test
    @Covers({"stop-pod.unknown", "remove-pod.unknown"})
    void anUnknownIdIsNotFoundByStatusAndNoErrorToStopAndRemove() {
        assertRefused(
                Status.Code.NOT_FOUND,
                () -> pods.client()
                        .runtime()
                        .podSandboxStatus(PodSandboxStatusRequest.newBuilder()
                                .setPodSandboxId(NOBODY)
                                .build()),
                NOBODY);
        assertRefused(
                Status.Code.NOT_FOUND,
                () -> pods.client()
                        .runtime()
                        .containerStatus(ContainerStatusRequest.newBuilder()
                                .setContainerId(NOBODY)
                                .build()),
                NOBODY);
        pods.client()
                .runtime()
                .stopPodSandbox(StopPodSandboxRequest.newBuilder()
                        .setPodSandboxId(NOBODY)
                        .build());
        pods.client()
                .runtime()
                .removePodSandbox(RemovePodSandboxRequest.newBuilder()
                        .setPodSandboxId(NOBODY)
                        .build());
    }

    @Test
    void anEmptyIdIsInvalid() {
        assertRefused(
                Status.Code.INVALID_ARGUMENT,
                () -> pods.client().runtime().podSandboxStatus(PodSandboxStatusRequest.getDefaultInstance()));
    }

    @Test
    @Covers("feature.id-prefix")
    void aUniqueStartOfAnIdIsEnoughAndAnAmbiguousOneIsInvalid() {
        Map<Character, String> seen = new HashMap<>();
        for (int i = 0; ; i++) {
            RunningPod pod = pods.run(pods.hostNetwork("prefix" + i).build());
            PodSandboxStatusRequest start = PodSandboxStatusRequest.newBuilder()
                    .setPodSandboxId(pod.id().substring(0, 13))
                    .build();
            assertEquals(
                    pod.id(),
                    pods.client().runtime().podSandboxStatus(start).getStatus().getId());
            if (seen.put(pod.id().charAt(0), pod.id()) != null) {
                String ambiguous = pod.id().substring(0, 1);
                assertRefused(
                        Status.Code.INVALID_ARGUMENT,
                        () -> pods.client()
                                .runtime()
                                .podSandboxStatus(PodSandboxStatusRequest.newBuilder()
                                        .setPodSandboxId(ambiguous)
                                        .build()),
                        ambiguous);
                return;
            }
        }
    }

    @Test
    @OnlyBerth("CRI does not say that a name may not be empty")
    void metadataMustBeThere() {
        PodSandboxConfig config = pods.config("x").build();
        PodSandboxMetadata metadata = config.getMetadata();
        refused(config.toBuilder().clearMetadata(), "metadata");
        refused(config.toBuilder().setMetadata(metadata.toBuilder().clearName()), "name");
        refused(config.toBuilder().setMetadata(metadata.toBuilder().clearNamespace()), "namespace");
        refused(config.toBuilder().setMetadata(metadata.toBuilder().clearUid()), "uid");
    }

    @Test
    @OnlyBerth("CRI does not forbid dots in paths")
    void aLogFolderMustBeAbsoluteAndStraight() {
        refused(pods.config("x").setLogDirectory("/var/log/../../etc"), "..");
        refused(pods.config("x").setLogDirectory("logs"), "logs");
    }

    @Test
    void aSysctlMustBeOneOfThePods() {
        refused(sysctl("kernel.panic", "1"), "kernel.panic");
        refused(sysctl("net/../kernel.panic", "1"), "net/../kernel.panic");
        refused(sysctl("no such thing", "1"), "no such thing");
    }

    @Test
    void anUnknownHandlerIsInvalid() {
        RunPodSandboxRequest request = RunPodSandboxRequest.newBuilder()
                .setConfig(pods.config("x"))
                .setRuntimeHandler("nonesuch")
                .build();
        assertRefused(
                Status.Code.INVALID_ARGUMENT, () -> pods.client().runtime().runPodSandbox(request), "nonesuch");
    }

    @Test
    @OnlyBerth("CRI lets a server refuse the same request")
    void aNameInUseByAnotherConfigurationIsTaken() {
        PodSandboxConfig config = pods.config("taken").build();
        pods.run(config);
        PodSandboxConfig other =
                config.toBuilder().setHostname("other").putLabels("a", "b").build();
        assertRefused(Status.Code.ALREADY_EXISTS, () -> pods.run(other), "taken");
    }

    @Test
    @OnlyBerth("CRI lets a server refuse the same request")
    void aClientThatLeavesDoesNotLeaveHalfAPod() throws Exception {
        PodSandboxConfig config = pods.config("left").build();
        Context.CancellableContext context = Context.current().withCancellation();
        Thread leaver = Thread.ofVirtual().start(() -> {
            try {
                Thread.sleep(5);
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
            context.cancel(null);
        });
        context.run(() -> {
            try {
                pods.run(config);
            } catch (StatusRuntimeException e) {
                assertEquals(Status.Code.CANCELLED, e.getStatus().getCode(), e.toString());
            }
        });
        leaver.join();
        // The same request afterwards gets the pod that the first one began, or a new one.
        RunningPod pod = pods.run(config);
        assertEquals(
                1,
                pods.list().stream()
                        .filter(it -> it.getMetadata().equals(config.getMetadata()))
                        .count());
        pod.close();
    }

    private PodSandboxConfig.Builder sysctl(String name, String value) {
        PodSandboxConfig.Builder config = pods.config("sysctl");
        LinuxPodSandboxConfig linux =
                config.getLinux().toBuilder().putSysctls(name, value).build();
        return config.setLinux(linux);
    }

    /** Refused as invalid with these words, and no lease, link or listing of it remains. */
    private void refused(PodSandboxConfig.Builder config, String... words) {
        long before = leases();
        int listed = pods.list().size();
        assertRefused(Status.Code.INVALID_ARGUMENT, () -> pods.run(config.build()), words);
        assertEquals(listed, pods.list().size());
        assertTrue(leases() <= before, "A refused pod keeps its address");
    }

    private long leases() {
        Path folder = node.network().leases().resolve("test");
        if (!Files.exists(folder)) {
            return 0;
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file ->
                            Character.isDigit(file.getFileName().toString().charAt(0)))
                    .count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
