package dev.berth.cri.container;

import dev.berth.cri.failure.CriFailure;
import dev.berth.cri.handler.OciRuntime;
import dev.berth.cri.pod.Platform;
import dev.berth.cri.record.Ids;
import dev.berth.runtime.cgroup.Cgroup;
import dev.berth.runtime.cgroup.CgroupLayout;
import dev.berth.runtime.launch.CgroupEntry;
import dev.berth.runtime.launch.ExecPlan;
import dev.berth.runtime.launch.ProcessSpec;
import dev.berth.runtime.plan.Plan;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The place of one command in a running container: an id and a cgroup leaf of its own, so that all it starts can be ended. */
final class ExecSite {
    private static final Logger LOG = System.getLogger(ExecSite.class.getName());
    private static final int ID_LENGTH = 24;
    private static final Duration DEATH = Duration.ofSeconds(5);

    private final Platform platform;
    private final ExecWatch execs;
    private final long begin = System.nanoTime();
    private final Container container;
    private final String id;
    private final Cgroup leaf;
    private final @Nullable OciExec oci;

    private ExecSite(ContainerParts parts, Container container, String id, Cgroup leaf) {
        this.platform = parts.platform();
        this.execs = parts.execs();
        this.container = container;
        this.id = id;
        this.leaf = leaf;
        OciBundles bundles = new OciBundles(platform);
        OciRuntime runtime = bundles.runtime(container);
        this.oci = runtime == null ? null : new OciExec(platform, runtime, bundles.of(container), id);
    }

    /** Makes the place; {@link #clear} takes it back. */
    static ExecSite make(ContainerParts parts, Container container) {
        String id = "exec-" + Ids.random().substring(0, ID_LENGTH);
        Cgroup leaf =
                parts.platform().cgroups().open(container.record().getCgroup()).child(id);
        return new ExecSite(parts, container, id, leaf);
    }

    /** @throws CriFailure when the command is empty or the container does not run */
    static void check(Container container, List<String> command) {
        if (command.isEmpty()) {
            throw CriFailure.invalid("the command to execute in container %s is empty".formatted(container.id()));
        }
        if (!container.running() || container.killed()) {
            throw CriFailure.state(
                    "the container %s is not running, so nothing can be executed in it".formatted(container.id()));
        }
    }

    Container container() {
        return container;
    }

    /** The id of the command in the shim. */
    String id() {
        return id;
    }

    /** What starts {@code process} here; {@code streams} gets the way into the cgroup. */
    Plan plan(ProcessSpec process, Function<CgroupEntry, ExecPlan.Streams> streams) {
        OciExec byRuntime = oci;
        if (byRuntime != null) {
            return byRuntime.plan(container.id(), id, process, () -> streams.apply(CgroupEntry.open(leaf)));
        }
        boolean unified = platform.cgroups().layout() instanceof CgroupLayout.V2;
        boolean privileged =
                container.record().getConfig().getLinux().getSecurityContext().getPrivileged();
        return ExecPlan.compile(
                platform.kernel(),
                new ExecPlan.Target(
                        container.id(), unified && !privileged, container.pod().ids()),
                process,
                streams.apply(CgroupEntry.open(leaf)));
    }

    /**
     * Removes the command's cgroup. A command that did not end by itself is killed with all that it started; what one that ended
     * left in the background lives on until the container ends. A caller that was interrupted, because its client is gone, waits for
     * the death all the same.
     */
    void clear(boolean ended) {
        boolean interrupted = Thread.interrupted();
        try {
            if (!ended) {
                leaf.kill();
                leaf.awaitEmpty(DEATH);
            }
            if (oci != null) {
                clearRuntime(oci, ended);
            }
            if (!leaf.isPopulated()) {
                leaf.remove();
            }
        } catch (RuntimeException failure) {
            LOG.log(Level.WARNING, "the cgroup {0} is still there: {1}", leaf.path(), failure.getMessage());
        } finally {
            execs.took(ended ? "ended" : "killed", Duration.ofNanos(System.nanoTime() - begin));
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void clearRuntime(OciExec byRuntime, boolean ended) {
        if (!ended) {
            byRuntime.kill(platform.cgroups().open(container.record().getCgroup()));
        }
        byRuntime.clear();
    }
}
