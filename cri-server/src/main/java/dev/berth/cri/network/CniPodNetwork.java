package dev.berth.cri.network;

import dev.berth.cri.failure.CriFailure;
import dev.berth.cri.metrics.Metrics;
import dev.berth.cri.pod.Bandwidth;
import dev.berth.cri.pod.PodNetwork;
import dev.berth.cri.v1.PodSandboxMetadata;
import dev.berth.cri.v1.PortMapping;
import dev.berth.runtime.cni.CniAttachment;
import dev.berth.runtime.cni.CniAttachmentRecord;
import dev.berth.runtime.cni.CniCapabilities;
import dev.berth.runtime.cni.CniConfigs;
import dev.berth.runtime.cni.CniFailure;
import dev.berth.runtime.cni.CniNetwork;
import dev.berth.runtime.cni.CniPlugins;
import dev.berth.runtime.cni.CniResult;
import dev.berth.runtime.cni.CniState;
import dev.berth.state.v1.PodRecord;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** Attaches pods with the node's plugins. The record of an attachment is on disk before the first plugin runs. */
public final class CniPodNetwork implements PodNetwork {
    private static final String INTERFACE = "eth0";

    private final CniConfigs configs;
    private final CniPlugins plugins;
    private final AttachmentStore store;
    private final Metrics metrics;

    public CniPodNetwork(CniConfigs configs, CniPlugins plugins, AttachmentStore store, Metrics metrics) {
        this.configs = configs;
        this.plugins = plugins;
        this.store = store;
        this.metrics = metrics;
    }

    @Override
    public List<String> attach(PodRecord pod, Path netns) throws InterruptedException {
        CniAttachmentRecord intent = switch (configs.current()) {
            case CniState.Ready ready -> new CniAttachmentRecord(attachment(pod, netns), ready.config(), null);
            case CniState.NotReady missing -> throw new CriFailure(CriFailure.Kind.UNAVAILABLE, missing.reason(), null);
        };
        store.put(pod.getId(), intent);
        CniResult result = timed("ADD", () -> new CniNetwork(intent.config(), plugins).add(intent.attachment()));
        store.put(pod.getId(), intent.with(result));
        return result.ips();
    }

    @Override
    public void detach(String pod) throws InterruptedException {
        CniAttachmentRecord attached = store.get(pod);
        if (attached == null) {
            return;
        }
        timed("DEL", () -> {
            new CniNetwork(attached.config(), plugins).del(attached.attachment(), attached.result());
            return true;
        });
        store.remove(pod);
    }

    @Override
    public List<String> attached() {
        return store.pods();
    }

    @Override
    public String notReady() {
        return switch (configs.current()) {
            case CniState.Ready ready -> missing(plugins.missing(ready.config()));
            case CniState.NotReady missing -> missing.reason();
        };
    }

    private String missing(List<String> types) {
        return types.isEmpty()
                ? ""
                : "The network plugins %s are not in %s.".formatted(String.join(", ", types), plugins.directories());
    }

    /** An answer of the plugins. */
    private interface Call<R> {
        R run() throws InterruptedException;
    }

    private <R> R timed(String verb, Call<R> call) throws InterruptedException {
        long start = System.nanoTime();
        String outcome = "failed";
        try {
            R result = call.run();
            outcome = "ok";
            return result;
        } catch (CniFailure failure) {
            throw told(failure);
        } finally {
            metrics.cni(verb, outcome, Duration.ofNanos(System.nanoTime() - start));
        }
    }

    private static CriFailure told(CniFailure failure) {
        CriFailure.Kind kind = switch (failure.kind()) {
            case CONFIG, PLUGIN_MISSING, PLUGIN_FAILED, BAD_ANSWER -> CriFailure.Kind.UNAVAILABLE;
            case TIMED_OUT -> CriFailure.Kind.DEADLINE;
        };
        return new CriFailure(kind, failure.sentence(), failure);
    }

    private static CniAttachment attachment(PodRecord pod, Path netns) {
        PodSandboxMetadata metadata = pod.getConfig().getMetadata();
        List<CniCapabilities.PortMapping> ports = pod.getConfig().getPortMappingsList().stream()
                .map(CniPodNetwork::port)
                .toList();
        CniCapabilities capabilities =
                CniCapabilities.of(ports, Bandwidth.of(pod.getConfig().getAnnotationsMap()));
        CniAttachment.Pod owner = new CniAttachment.Pod(metadata.getNamespace(), metadata.getName(), metadata.getUid());
        return new CniAttachment(pod.getId(), netns.toString(), INTERFACE, owner, capabilities);
    }

    private static CniCapabilities.PortMapping port(PortMapping port) {
        String protocol = port.getProtocol().name();
        return new CniCapabilities.PortMapping(
                port.getHostPort(), port.getContainerPort(), protocol.toLowerCase(Locale.ROOT), port.getHostIp());
    }
}
