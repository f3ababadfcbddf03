package dev.berth.cri.command;

import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code berth check}: fails when something is missing without which pods cannot run. */
@Command(
        name = "check",
        description = "Tries what pods need of this node, and prints what is missing and what that costs.",
        mixinStandardHelpOptions = true)
final class Check implements Callable<Integer> {
    private final Checks checks;

    @Mixin
    private ConfigOptions options = new ConfigOptions();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    Check(Checks checks) {
        this.checks = checks;
    }

    @Override
    public Integer call() {
        List<CheckLine> lines = checks.run(options.load().config());
        PrintWriter out = spec.commandLine().getOut();
        out.print(CheckTable.of(lines));
        out.flush();
        return lines.stream().anyMatch(line -> line.state() == CheckLine.State.MISSING) ? Berth.FAILED : 0;
    }
}
