package dev.berth.cri.assembly;

import dev.berth.control.v1.ControlGrpc;
import dev.berth.cri.cdi.CdiDevices;
import dev.berth.cri.config.BerthConfig;
import dev.berth.cri.config.EffectiveConfig;
import dev.berth.cri.confinement.AppArmorDefault;
import dev.berth.cri.confinement.Labelling;
import dev.berth.cri.container.ContainerExits;
import dev.berth.cri.container.ContainerParts;
import dev.berth.cri.container.ContainerRecovery;
import dev.berth.cri.container.ContainerStreams;
import dev.berth.cri.container.Containers;
import dev.berth.cri.container.MountPoints;
import dev.berth.cri.container.SeccompFilters;
import dev.berth.cri.control.ImageImportCall;
import dev.berth.cri.event.ContainerEvents;
import dev.berth.cri.event.Subscribers;
import dev.berth.cri.image.ImageRpcs;
import dev.berth.cri.image.StoredImages;
import dev.berth.cri.metrics.Metrics;
import dev.berth.cri.metrics.Reading;
import dev.berth.cri.network.AttachmentStore;
import dev.berth.cri.network.CniPodNetwork;
import dev.berth.cri.network.HelperPrograms;
import dev.berth.cri.network.PodCidrTemplate;
import dev.berth.cri.network.RuntimeConfigUpdate;
import dev.berth.cri.node.Condition;
import dev.berth.cri.node.Conditions;
import dev.berth.cri.node.Node;
import dev.berth.cri.node.NodeRpcs;
import dev.berth.cri.pod.Changes;
import dev.berth.cri.pod.Layout;
import dev.berth.cri.pod.Platform;
import dev.berth.cri.pod.PodDefaults;
import dev.berth.cri.pod.PodRecovery;
import dev.berth.cri.pod.PodShim;
import dev.berth.cri.pod.Pods;
import dev.berth.cri.pod.UserNamespaceSupport;
import dev.berth.cri.record.PrivateDirectories;
import dev.berth.cri.record.RecordStore;
import dev.berth.cri.recovery.OrphanedAttachments;
import dev.berth.cri.recovery.Recovery;
import dev.berth.cri.recovery.Sweep;
import dev.berth.cri.series.PodPage;
import dev.berth.cri.series.PodSeries;
import dev.berth.cri.series.SeriesRpcs;
import dev.berth.cri.server.DeferredRpcs;
import dev.berth.cri.server.RpcTable;
import dev.berth.cri.stats.ContainerUsage;
import dev.berth.cri.stats.Gauges;
import dev.berth.cri.stats.LayerUsage;
import dev.berth.cri.stats.PodUsage;
import dev.berth.cri.stats.StatsRpcs;
import dev.berth.cri.streaming.server.ServerTls;
import dev.berth.cri.streaming.server.StreamServer;
import dev.berth.cri.v1.RuntimeServiceGrpc;
import dev.berth.runtime.cgroup.Cgroups;
import dev.berth.runtime.cni.CniConfigs;
import dev.berth.runtime.cni.CniPlugins;
import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.kernel.LinuxKernel;
import dev.berth.runtime.probe.UserNamespaceProbe;
import dev.berth.runtime.shim.Helper;
import dev.berth.runtime.shim.Programs;
import dev.berth.runtime.shim.Reactor;
import dev.berth.state.v1.ContainerRecord;
import dev.berth.state.v1.PodRecord;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/** The node as a whole. Version and Status are answered at once; what needs the kernel waits until {@link #start} is through. */
public final class BerthNode implements Node {
    private static final Path NETNS = Path.of("/run/netns");
    private static final Duration ORPHANS_EVERY = Duration.ofMinutes(1);

    private final EffectiveConfig effective;
    private final Metrics metrics;
    private final DeferredRpcs deferred = new DeferredRpcs();
    private final Changes changes = new Changes();
    private final Subscribers subscribers = new Subscribers(() -> Platform.nanos(Instant.now()));
    private final Pods pods;
    private final Containers containers;
    private volatile @Nullable CniPodNetwork network;
    private volatile @Nullable UserNamespaceSupport userNamespaces;
    private volatile @Nullable Helper helper;
    private volatile @Nullable StreamServer streaming;
    /** What was brought up, the last first. */
    private final Deque<Runnable> closing = new ConcurrentLinkedDeque<>();

    private BerthNode(EffectiveConfig effective, Metrics metrics) {
        this.effective = effective;
        this.metrics = metrics;
        Layout layout = layout(effective.config());
        this.pods = new Pods(new RecordStore<>(layout.podRecords(), PodRecord.parser(), PodRecord::getId), changes);
        this.containers = new Containers(
                new RecordStore<>(layout.containerRecords(), ContainerRecord.parser(), ContainerRecord::getId),
                changes);
    }

    public static Node make(EffectiveConfig config, Metrics metrics) {
        return new BerthNode(config, metrics);
    }

    private static Layout layout(BerthConfig config) {
        return new Layout(config.state(), config.root(), NETNS);
    }

    @Override
    public RpcTable rpcs() {
        return RpcTable.builder()
                .all(NodeRpcs.table(effective, conditions()))
                .all(deferred.table(Offered.METHODS))
                .build();
    }

    @Override
    public List<Reading> readings() {
        return List.of(
                new Reading(
                        "berth.pods",
                        "Pod sandboxes, ready or not.",
                        () -> pods.all().size()),
                new Reading(
                        "berth.containers",
                        "Containers in any state.",
                        () -> containers.all().size()),
                new Reading("berth.event.subscribers", "Clients that read container events.", subscribers::count),
                new Reading(
                        "berth.event.waiting",
                        "Events that wait for the client that is furthest behind.",
                        subscribers::furthestBehind),
                new Reading(
                        "berth.stream.clients",
                        "Clients of exec, attach and port-forward that are connected.",
                        () -> streams(StreamServer::clients)),
                new Reading(
                        "berth.stream.offers",
                        "URLs of exec, attach and port-forward that were given out and not used yet.",
                        () -> streams(StreamServer::offers)));
    }

    private int streams(ToIntFunction<StreamServer> count) {
        StreamServer streams = streaming;
        return streams == null ? 0 : count.applyAsInt(streams);
    }

    @Override
    public void start() throws IOException, InterruptedException {
        try {
            bringUp(effective.config());
        } catch (IOException | RuntimeException | InterruptedException failure) {
            deferred.fail(failure);
            throw failure;
        }
    }

    private void bringUp(BerthConfig config) throws IOException, InterruptedException {
        Kernel kernel = new LinuxKernel();
        Reactor reactor = new Reactor(kernel);
        closing.push(reactor::close);
        Layout layout = layout(config);
        PrivateDirectories.make(layout.writableLayers());
        MountPoints.make(layout.mountPoints());
        PrivateDirectories.make(layout.state().resolve("pods"));
        Helper spawner = Helper.start(reactor, config.shim(), layout.state());
        closing.push(spawner::close);
        helper = spawner;
        Programs programs = new Programs(spawner);
        CniPlugins plugins = new CniPlugins(
                config.cni().binDirs(),
                new HelperPrograms(kernel, programs),
                config.cni().timeout());
        CniPodNetwork pluginNetwork = new CniPodNetwork(
                new CniConfigs(config.cni().confDir()), plugins, new AttachmentStore(layout.attachments()), metrics);
        network = pluginNetwork;
        Cgroups cgroups = Cgroups.ofThisNode(kernel);
        UserNamespaceSupport support =
                new UserNamespaceSupport(() -> UserNamespaceProbe.missing(kernel, layout.writableLayers()));
        userNamespaces = support;
        Platform platform = new Platform(
                kernel,
                reactor,
                spawner,
                cgroups,
                ConfiguredHandlers.of(config, kernel, programs),
                pluginNetwork,
                layout,
                CgroupDrivers.of(config.cgroup(), cgroups),
                config.timeouts().launch(),
                support,
                Labelling.ofThisNode(kernel, config.containers().selinux()),
                metrics::record,
                InstantSource.system());
        serve(platform, config);
    }

    private void serve(Platform platform, BerthConfig config) throws IOException, InterruptedException {
        List<ContainerRecord> records = containers.store().load();
        StoredImages store = StoredImages.open(platform.kernel(), config, records);
        closing.push(store::close);
        ContainerParts parts = new ContainerParts(
                platform,
                pods,
                containers,
                store,
                NodeFacts.read(config.containers().ulimits()),
                new SeccompFilters(config.containers().seccompDefault()),
                new CdiDevices(config.cdi()),
                metrics::exec);
        ContainerExits exits = new ContainerExits(platform, containers);
        ShimEvents events = new ShimEvents(exits);
        PodShim shims = new PodShim(platform, events);
        PodRecovery podRecovery = new PodRecovery(platform, pods, shims);
        new Recovery(
                        pods,
                        containers,
                        podRecovery,
                        new ContainerRecovery(platform, containers, store, exits),
                        new Sweep(platform, pods, containers))
                .run(records);
        platform.userNamespaces().begin();
        AppArmorDefault.load();
        events.whenLost(podRecovery::shimLost);
        closing.push(OrphanedAttachments.watch(platform.network(), pods, ORPHANS_EVERY)::close);
        events.whenPauseEnded(podRecovery::pauseEnded);
        ContainerStreams targets = new ContainerStreams(parts);
        StreamServer streams = StreamServer.start(
                targets,
                platform.kernel(),
                new StreamServer.Listening(
                        config.streaming().address().resolve(),
                        config.streaming().idleTimeout(),
                        ServerTls.of(
                                config.streaming().tlsCertFile(),
                                config.streaming().tlsKeyFile())));
        closing.push(streams::close);
        streaming = streams;
        RpcTable usage = usage(platform, config, store);
        changes.listen(subscribers::changed);
        deferred.complete(RpcTable.builder()
                .all(Verbs.table(parts, shims, defaults(config)))
                .all(StreamRpcs.table(targets, streams))
                .all(usage)
                .unary(
                        RuntimeServiceGrpc.getUpdateRuntimeConfigMethod(),
                        new RuntimeConfigUpdate(config.cni()
                                .confTemplate()
                                .map(template -> new PodCidrTemplate(
                                        template, config.cni().confDir()))))
                .stream(RuntimeServiceGrpc.getGetContainerEventsMethod(), new ContainerEvents(subscribers))
                .stream(ControlGrpc.getImportImageMethod(), new ImageImportCall(store.service()))
                .build());
    }

    /** What pods, containers and images use, for CRI and for Prometheus. */
    private RpcTable usage(Platform platform, BerthConfig config, StoredImages store) {
        Gauges gauges = new Gauges(platform);
        LayerUsage layers = new LayerUsage(platform);
        changes.listen(gauges::changed);
        changes.listen(layers::changed);
        ContainerUsage usage = new ContainerUsage(platform, gauges, layers);
        PodSeries series = new PodSeries(platform, layers);
        if (config.podMetrics()) {
            metrics.collect(new PodPage(pods, series));
        }
        return RpcTable.builder()
                .all(StatsRpcs.table(pods, containers, new PodUsage(platform, gauges, usage), usage))
                .all(SeriesRpcs.table(pods, series))
                .all(ImageRpcs.table(store, metrics, at -> layers.total(at, containers.ids())))
                .build();
    }

    private static PodDefaults defaults(BerthConfig config) {
        return new PodDefaults(config.pods().unprivilegedPorts(), config.pods().unprivilegedIcmp());
    }

    private Conditions conditions() {
        return new Conditions() {
            @Override
            public Condition runtime() {
                Helper spawner = helper;
                if (spawner != null && !spawner.available()) {
                    return Condition.unmet(
                            "HelperGone", "Berth's helper process has ended and cannot be started again; see the log.");
                }
                return deferred.completed()
                        ? Condition.met()
                        : Condition.unmet("Starting", "Berth is adopting the pods that run.");
            }

            @Override
            public boolean userNamespaces() {
                UserNamespaceSupport known = userNamespaces;
                return known != null && known.available();
            }

            @Override
            public Condition network() {
                CniPodNetwork present = network;
                String reason = present == null ? "Berth is starting." : present.notReady();
                return reason.isEmpty() ? Condition.met() : Condition.unmet("NetworkPluginNotReady", reason);
            }
        };
    }

    @Override
    public void close() {
        for (Runnable last = closing.poll(); last != null; last = closing.poll()) {
            last.run();
        }
    }
}
