package dev.berth.cri.pod;

import dev.berth.cri.confinement.AppArmor;
import dev.berth.cri.failure.CriFailure;
import dev.berth.cri.record.Ids;
import dev.berth.cri.record.InFlight;
import dev.berth.cri.server.Rpc;
import dev.berth.cri.step.Verb;
import dev.berth.cri.v1.PodSandboxConfig;
import dev.berth.cri.v1.RunPodSandboxRequest;
import dev.berth.cri.v1.RunPodSandboxResponse;
import dev.berth.runtime.sysctl.SysctlWrite;
import dev.berth.state.v1.PodRecord;
import java.util.List;

/** RunPodSandbox. The same request again joins the one in flight, or gets the pod that the first one made. */
public final class PodSandboxRun implements Rpc<RunPodSandboxRequest, RunPodSandboxResponse> {
    private final Platform platform;
    private final Pods pods;
    private final PodDefaults defaults;
    private final AppArmor appArmor = AppArmor.ofThisNode();
    private final Verb<PodMaking> verb;
    private final InFlight<PodKey, Pod> inFlight = new InFlight<>();

    public PodSandboxRun(Platform platform, Pods pods, PodShim shims, PodDefaults defaults) {
        this.platform = platform;
        this.pods = pods;
        this.defaults = defaults;
        this.verb = new PodSteps(platform, pods, shims).run();
    }

    @Override
    public RunPodSandboxResponse call(RunPodSandboxRequest request) throws InterruptedException {
        List<SysctlWrite> sysctls = PodRequest.validate(
                request, defaults, platform.podCgroups(), platform.handlers().names());
        if (PodUserNamespace.of(
                        request.getConfig().getLinux().getSecurityContext().getNamespaceOptions())
                .own()) {
            requireUserNamespaces(request.getRuntimeHandler());
        }
        PodKey key = PodKey.of(request.getConfig().getMetadata());
        Pod pod = inFlight.join(key, () -> existingOrNew(key, request, sysctls));
        if (!pod.record().getConfig().equals(request.getConfig())) {
            throw taken(key, pod);
        }
        return RunPodSandboxResponse.newBuilder().setPodSandboxId(pod.id()).build();
    }

    private void requireUserNamespaces(String handler) {
        if (platform.handlers().find(handler) != null) {
            throw CriFailure.invalid(
                    "the runtime handler %s has no user namespaces; the built-in one has".formatted(handler));
        }
        platform.userNamespaces().require();
    }

    private Pod existingOrNew(PodKey key, RunPodSandboxRequest request, List<SysctlWrite> sysctls)
            throws InterruptedException {
        Pod existing = pods.byKey(key);
        if (existing != null) {
            if (!existing.ready()) {
                throw taken(key, existing);
            }
            return existing;
        }
        Pod pod = new Pod(record(request));
        verb.run(new PodMaking(pod, sysctls), platform.watch());
        pods.add(pod);
        return pod;
    }

    private PodRecord record(RunPodSandboxRequest request) {
        String id = Ids.random();
        PodSandboxConfig config = request.getConfig();
        return PodRecord.newBuilder()
                .setId(id)
                .setConfig(config)
                .setRuntimeHandler(request.getRuntimeHandler())
                .setCreatedAt(platform.now())
                .setCgroupParent(platform.podCgroups().place(config.getLinux().getCgroupParent(), id))
                .setPhase(PodRecord.Phase.MAKING)
                .setApparmorProfile(appArmor.profile(config.getLinux().getSecurityContext()))
                .setLabels(platform.labelling()
                        .ofPod(id, config.getLinux().getSecurityContext().getSelinuxOptions()))
                .build();
    }

    private static CriFailure taken(PodKey key, Pod pod) {
        String how = pod.ready() ? "with another configuration" : "and is stopped";
        return new CriFailure(
                CriFailure.Kind.CONFLICT,
                "the pod sandbox %s exists %s as %s; remove it or raise the attempt".formatted(key, how, pod.id()),
                null);
    }
}
