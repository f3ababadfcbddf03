package dev.berth.cri.container;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.berth.cri.cdi.CdiDevices;
import dev.berth.cri.confinement.Labelling;
import dev.berth.cri.handler.Handlers;
import dev.berth.cri.pod.CgroupfsDriver;
import dev.berth.cri.pod.Layout;
import dev.berth.cri.pod.Platform;
import dev.berth.cri.pod.Pod;
import dev.berth.cri.pod.PodDefaults;
import dev.berth.cri.pod.PodSandboxRun;
import dev.berth.cri.pod.PodSandboxStop;
import dev.berth.cri.pod.PodShim;
import dev.berth.cri.pod.Pods;
import dev.berth.cri.pod.TestPlatform;
import dev.berth.cri.pod.UserNamespaceSupport;
import dev.berth.cri.record.PrivateDirectories;
import dev.berth.cri.v1.ContainerConfig;
import dev.berth.cri.v1.NamespaceMode;
import dev.berth.cri.v1.PodSandboxConfig;
import dev.berth.cri.v1.RunPodSandboxRequest;
import dev.berth.cri.v1.StartContainerRequest;
import dev.berth.image.store.LayerPath;
import dev.berth.image.store.LayerStack;
import dev.berth.runtime.capability.CapabilitySet;
import dev.berth.runtime.capability.NodeCapabilities;
import dev.berth.runtime.cgroup.Cgroups;
import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.shim.Helper;
import dev.berth.runtime.shim.ProcessExit;
import dev.berth.runtime.shim.Reactor;
import dev.berth.state.v1.ContainerRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** One pod on this node with containers of busybox, made by the verbs themselves; no image and no network. */
final class LiveContainers {
    private static final String PARENT =
            "/berth-test-live-" + ProcessHandle.current().pid();
    private static final Path SOURCES = Path.of("../runtime/src/main/c").toAbsolutePath();
    private static final Path BINARY = Path.of("target/shim/berth-shim").toAbsolutePath();

    private final ContainerParts parts;
    private final PodShim shims;
    private final Pod pod;

    private LiveContainers(ContainerParts parts) throws InterruptedException {
        this.parts = parts;
        ContainerExits exits = new ContainerExits(parts.platform(), parts.containers());
        this.shims = new PodShim(parts.platform(), events(exits));
        PodSandboxConfig.Builder config = PodSandboxConfig.newBuilder();
        config.getMetadataBuilder().setName("live").setNamespace("test").setUid("u");
        config.getLinuxBuilder()
                .getSecurityContextBuilder()
                .getNamespaceOptionsBuilder()
                .setPid(NamespaceMode.CONTAINER);
        String id = new PodSandboxRun(parts.platform(), parts.pods(), shims, new PodDefaults(true, true))
                .call(RunPodSandboxRequest.newBuilder().setConfig(config).build())
                .getPodSandboxId();
        this.pod = parts.pods().get(id);
    }

    static LiveContainers start(Kernel kernel, Path directory) throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/musl-gcc")), "no musl-gcc to build the shim with");
        assumeTrue(Files.isExecutable(Path.of("/bin/busybox")), "no /bin/busybox to run in containers");
        Process make = new ProcessBuilder(
                        "make", "-C", SOURCES.toString(), "OUT=" + BINARY.getParent(), BINARY.toString())
                .redirectErrorStream(true)
                .start();
        String output = new String(make.getInputStream().readAllBytes(), UTF_8);
        assertEquals(0, make.waitFor(), output);
        TestPlatform test = new TestPlatform(directory);
        Layout layout = test.platform().layout();
        PrivateDirectories.make(layout.writableLayers());
        PrivateDirectories.make(layout.state().resolve("pods"));
        Reactor reactor = new Reactor(kernel);
        Helper helper = Helper.start(reactor, BINARY, layout.state());
        Cgroups cgroups = Cgroups.ofThisNode(kernel);
        Platform platform = new Platform(
                kernel,
                reactor,
                helper,
                cgroups,
                Handlers.builtIn(),
                test,
                layout,
                new CgroupfsDriver(cgroups, PARENT, false),
                Duration.ofSeconds(30),
                new UserNamespaceSupport(Optional::empty),
                Labelling.none(),
                test,
                InstantSource.system());
        FakeImages images = new FakeImages();
        images.layers = busybox(directory);
        NodeGrants grants = new NodeGrants(NodeCapabilities.current(CapabilitySet.DEFAULTS), false, 0, List.of());
        return new LiveContainers(new ContainerParts(
                platform,
                new Pods(test.podStore()),
                new Containers(test.containerStore()),
                images,
                grants,
                new SeccompFilters(false),
                new CdiDevices(List.of()),
                (_, _) -> {}));
    }

    private static LayerStack busybox(Path directory) throws IOException {
        Path layer = Files.createDirectories(directory.resolve("links/l"));
        Files.createDirectory(layer.resolve("bin"));
        Files.copy(Path.of("/bin/busybox"), layer.resolve("bin/busybox"));
        for (String applet : List.of("cat", "sleep", "stty", "httpd")) {
            Files.createLink(layer.resolve("bin").resolve(applet), layer.resolve("bin/busybox"));
        }
        return new LayerStack(directory.resolve("links"), List.of(new LayerPath(layer, "l")));
    }

    private static PodShim.Events events(ContainerExits exits) {
        return new PodShim.Events() {
            @Override
            public void containerExited(Pod pod, ProcessExit exit) {
                Thread.startVirtualThread(() -> {
                    try {
                        exits.exited(pod, exit);
                    } catch (InterruptedException _) {
                        Thread.currentThread().interrupt();
                    }
                });
            }

            @Override
            public void shimEnded(Pod pod) {}
        };
    }

    ContainerParts parts() {
        return parts;
    }

    Pod pod() {
        return pod;
    }

    /** Starts {@code busybox sh -c script} as a container. */
    void run(String id, ContainerConfig asked, String script) throws InterruptedException {
        ContainerConfig.Builder config = asked.toBuilder();
        config.getLinuxBuilder()
                .getSecurityContextBuilder()
                .getNamespaceOptionsBuilder()
                .setPid(NamespaceMode.CONTAINER);
        Container container = new Container(
                pod,
                ContainerRecord.newBuilder()
                        .setId(id)
                        .setPodId(pod.id())
                        .setConfig(config)
                        .setPhase(ContainerRecord.Phase.CREATED)
                        .setCgroup(pod.record().getCgroupParent() + "/berth-" + id)
                        .addAllArguments(List.of("/bin/busybox", "sh", "-c", script))
                        .addEnvironment("PATH=/bin")
                        .setWorkingDirectory("/")
                        .setStopSignal(Kernel.SIGTERM)
                        .build());
        parts.containers().add(container);
        MountPoints.make(parts.platform().layout().mountPoints());
        new WritableLayer(parts.platform()).make(container);
        new ContainerStart(parts)
                .call(StartContainerRequest.newBuilder().setContainerId(id).build());
    }

    /** How many commands have a cgroup in a container. */
    long leaves(String id) throws IOException {
        Path cgroup = parts.platform()
                .cgroups()
                .layout()
                .hierarchies()
                .getFirst()
                .root()
                .resolve(parts.containers().get(id).record().getCgroup().substring(1));
        try (Stream<Path> all = Files.list(cgroup)) {
            return all.filter(Files::isDirectory).count();
        }
    }

    /** Stops the pod and ends the helper; nothing of it is left. */
    void close() throws InterruptedException {
        Platform platform = parts.platform();
        new PodSandboxStop(platform, parts.pods(), shims, new ContainerKill(platform)).stop(pod);
        platform.cgroups().open(PARENT).destroy();
        platform.helper().close();
        platform.reactor().close();
    }
}
