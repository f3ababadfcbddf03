package dev.berth.cri.command;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code berth image}: the parent of what is done to images. */
@Command(name = "image", description = "Imports and lists images.", mixinStandardHelpOptions = true)
final class Image implements Runnable {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "Say what to do: import or list.");
    }
}
