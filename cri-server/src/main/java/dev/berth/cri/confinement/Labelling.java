package dev.berth.cri.confinement;

import dev.berth.cri.failure.CriFailure;
import dev.berth.cri.v1.LinuxContainerSecurityContext;
import dev.berth.cri.v1.NamespaceMode;
import dev.berth.cri.v1.NamespaceOption;
import dev.berth.cri.v1.SELinuxOption;
import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.selinux.Label;
import dev.berth.runtime.selinux.LabelParts;
import dev.berth.runtime.selinux.Levels;
import dev.berth.runtime.selinux.SELinux;
import dev.berth.state.v1.Labels;
import dev.berth.state.v1.PodRecord;
import java.nio.file.Path;
import java.security.SecureRandom;
import org.jspecify.annotations.Nullable;

/**
 * The SELinux labels of pods and containers. A pod has what it asks for, the rest of it from the node's policy, and categories of
 * its own unless it asks for a level; a container has its pod's but for what it asks for itself.
 */
public final class Labelling {
    private final @Nullable SELinux selinux;
    private final Levels levels = new Levels(new SecureRandom());

    /** @param selinux null where no labels are given */
    Labelling(@Nullable SELinux selinux) {
        this.selinux = selinux;
    }

    /** @param wanted whether labels are given where the kernel has SELinux */
    public static Labelling ofThisNode(Kernel kernel, boolean wanted) {
        SELinux selinux = new SELinux(kernel, Path.of("/"));
        return wanted && selinux.enabled() ? new Labelling(selinux) : none();
    }

    public static Labelling none() {
        return new Labelling(null);
    }

    /**
     * Looks at options before anything is made, also where they are ignored then.
     *
     * @throws IllegalArgumentException when one is spelled as no label has it
     */
    public static LabelParts parts(SELinuxOption options) {
        return new LabelParts(options.getUser(), options.getRole(), options.getType(), options.getLevel());
    }

    /**
     * The labels of a pod, whose level it holds until {@link #release}.
     *
     * @throws CriFailure INVALID when the node's policy has no such label
     */
    public Labels ofPod(String id, SELinuxOption options) {
        SELinux node = selinux;
        LabelParts asked = parts(options);
        if (node == null) {
            return Labels.getDefaultInstance();
        }
        SELinux.Defaults defaults = node.defaults();
        if (defaults == null) {
            return unnamed(node, asked);
        }
        Label label = defaults.process().with(asked);
        Label file = defaults.file().of(label);
        require(node, label);
        require(node, file);
        boolean draws = asked.level().isEmpty() && !label.level().isEmpty();
        if (draws) {
            label = label.with(new LabelParts("", "", "", levels.draw(id)));
        } else {
            levels.hold(id, label.level());
        }
        return labels(label, file.of(label));
    }

    private static Labels unnamed(SELinux node, LabelParts asked) {
        if (asked.isEmpty()) {
            return Labels.getDefaultInstance();
        }
        throw CriFailure.invalid(
                "SELinux options are asked for, but %s names no labels of containers that are in the node's policy; install the part of it that is about containers"
                        .formatted(node.contexts()));
    }

    /**
     * The labels of a container.
     *
     * @throws CriFailure INVALID when the node's policy has no such label
     */
    public Labels ofContainer(PodRecord pod, LinuxContainerSecurityContext security) {
        SELinux node = selinux;
        LabelParts asked = parts(security.getSelinuxOptions());
        if (node == null || pod.getLabels().getProcess().isEmpty()) {
            return Labels.getDefaultInstance();
        }
        LabelParts ofPod = parts(pod.getConfig().getLinux().getSecurityContext().getSelinuxOptions());
        if (asked.isEmpty() && ofPod.isEmpty() && sharesProcesses(security.getNamespaceOptions())) {
            return Labels.getDefaultInstance();
        }
        Label process = Label.parse(pod.getLabels().getProcess()).with(asked);
        Label file = Label.parse(pod.getLabels().getFile()).of(process);
        require(node, process);
        require(node, file);
        Labels labels = labels(process, file);
        return security.getPrivileged() ? labels.toBuilder().clearProcess().build() : labels;
    }

    /** Whether a container is to see processes or queues of the node, which a label would keep from it. */
    private static boolean sharesProcesses(NamespaceOption options) {
        return options.getPid() == NamespaceMode.NODE || options.getIpc() == NamespaceMode.NODE;
    }

    private static Labels labels(Label process, Label file) {
        return Labels.newBuilder()
                .setProcess(process.toString())
                .setFile(file.toString())
                .build();
    }

    private static void require(SELinux node, Label label) {
        if (!node.knows(label)) {
            throw CriFailure.invalid(
                    "the SELinux label %s is none that the node's policy allows; ask for a user, role, type and level that go together in it"
                            .formatted(label));
        }
    }

    /** Keeps the level of a pod that was there before a start. */
    public void adopt(PodRecord pod) {
        if (!pod.getLabels().getProcess().isEmpty()) {
            levels.hold(pod.getId(), Label.parse(pod.getLabels().getProcess()).level());
        }
    }

    /** Lets the level of a pod go; one that has none is fine. */
    public void release(String id) {
        levels.release(id);
    }
}
