package dev.berth.cri.assembly;

import dev.berth.cri.config.BerthConfig;
import dev.berth.cri.handler.HandlerSettings;
import dev.berth.cri.handler.Handlers;
import dev.berth.cri.handler.OciRuntime;
import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.oci.RuntimeCommand;
import dev.berth.runtime.shim.Programs;
import java.nio.file.Path;

/** The runtime handlers that the configuration names. */
final class ConfiguredHandlers {
    private ConfiguredHandlers() {}

    static Handlers of(BerthConfig config, Kernel kernel, Programs programs) {
        return new Handlers(config.runtimes().entrySet().stream()
                .map(entry -> new OciRuntime(
                        settings(config, entry.getKey(), entry.getValue()),
                        kernel,
                        programs,
                        config.timeouts().launch()))
                .toList());
    }

    private static HandlerSettings settings(BerthConfig config, String name, BerthConfig.Handler runtime) {
        Path root = runtime.root().orElse(config.state().resolve("runtimes").resolve(name));
        return new HandlerSettings(
                name,
                new RuntimeCommand(runtime.path(), root, runtime.args()),
                switch (runtime.cgroups()) {
                    case PATH -> HandlerSettings.Entry.PATH;
                    case INHERITED -> HandlerSettings.Entry.INHERITED;
                },
                switch (runtime.signals()) {
                    case PROCESS -> HandlerSettings.Signals.PROCESS;
                    case COMMAND -> HandlerSettings.Signals.COMMAND;
                },
                runtime.annotations());
    }
}
