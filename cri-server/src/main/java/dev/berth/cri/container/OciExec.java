package dev.berth.cri.container;

import dev.berth.cri.handler.HandlerSettings;
import dev.berth.cri.handler.OciRuntime;
import dev.berth.cri.pod.Platform;
import dev.berth.runtime.cgroup.Cgroup;
import dev.berth.runtime.cgroup.CgroupLayout;
import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.launch.ExecPlan;
import dev.berth.runtime.launch.Invocation;
import dev.berth.runtime.launch.ProcessSpec;
import dev.berth.runtime.launch.RuntimeExecPlan;
import dev.berth.runtime.oci.Bundle;
import dev.berth.runtime.oci.OciProcess;
import dev.berth.runtime.plan.Plan;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** A command in a container of an OCI runtime: the runtime's own {@code exec}, run by the pod's shim in the place of the command. */
final class OciExec {
    private final Platform platform;
    private final OciRuntime runtime;
    private final Path file;
    private final Path pidFile;

    OciExec(Platform platform, OciRuntime runtime, Bundle bundle, String id) {
        this.platform = platform;
        this.runtime = runtime;
        this.file = bundle.process(id);
        this.pidFile = bundle.directory().resolve(id + ".pid");
    }

    /** Writes the file that describes the command and compiles the run; {@link #clear} takes the file back. */
    Plan plan(String container, String id, ProcessSpec process, Supplier<ExecPlan.Streams> streams) {
        Kernel kernel = platform.kernel();
        ExecPlan.Streams opened = streams.get();
        boolean terminal = opened instanceof ExecPlan.Terminal;
        OciBundles.write(file, OciProcess.of(process, terminal).toString().getBytes(StandardCharsets.UTF_8));
        Invocation invocation = runtime.command().exec(container, file, options(id, terminal));
        return RuntimeExecPlan.compile(kernel, OciLaunch.nodeMounts(kernel), invocation, process, opened);
    }

    private List<String> options(String id, boolean terminal) {
        List<String> options = new ArrayList<>(List.of("--pid-file", pidFile.toString()));
        if (terminal) {
            options.add("--tty");
        }
        if (runtime.settings().cgroups() == HandlerSettings.Entry.PATH
                && platform.cgroups().layout() instanceof CgroupLayout.V2) {
            options.addAll(List.of("--cgroup", id));
        }
        return options;
    }

    /** Ends the command where its runtime has moved it into the container's own cgroup. */
    void kill(Cgroup container) {
        if (Files.exists(pidFile)) {
            ExecSession.kill(platform.kernel(), container, OciBundles.pid(pidFile));
        }
    }

    void clear() {
        try {
            Files.deleteIfExists(file);
            Files.deleteIfExists(pidFile);
        } catch (IOException failure) {
            throw new UncheckedIOException("%s could not be removed".formatted(file), failure);
        }
    }
}
