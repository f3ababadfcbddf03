package dev.berth.cri.command;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code berth config}. */
@Command(
        name = "config",
        description = "Prints the configuration that serve would run with, as TOML, and where each value comes from.",
        mixinStandardHelpOptions = true)
final class Config implements Runnable {
    @Mixin
    private ConfigOptions options = new ConfigOptions();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
        spec.commandLine().getOut().print(options.load().toml());
        spec.commandLine().getOut().flush();
    }
}
