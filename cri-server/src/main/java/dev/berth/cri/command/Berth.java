package dev.berth.cri.command;

import dev.berth.cri.assembly.BerthNode;
import dev.berth.cri.config.ConfigFailure;
import dev.berth.cri.node.Node;
import dev.berth.cri.server.AlreadyServing;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The {@code berth} command. */
@Command(
        name = "berth",
        description = "A container runtime for Kubernetes nodes.",
        mixinStandardHelpOptions = true,
        versionProvider = VersionText.class,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done; for serve: stopped by a signal",
            "1:failed; the reason is on standard error",
            "2:the command line or the configuration is wrong",
            "3:another berth already serves this socket or state directory"
        })
public final class Berth implements Runnable {
    static final int FAILED = 1;
    static final int WRONG_USE = 2;
    static final int ALREADY_SERVING = 3;

    /**
     * What the subcommands work with.
     *
     * @param node makes what {@code berth serve} serves
     * @param checks finds out what the kernel and the node can do
     * @param images opens the images for {@code berth image}
     */
    public record Parts(Node.Factory node, Checks checks, ImageTool.Opener images) {}

    @Spec
    private CommandSpec spec = CommandSpec.create();

    public static void main(String[] arguments) {
        Parts parts = new Parts(BerthNode::make, _ -> List.of(), _ -> {
            throw new IllegalStateException("This build of berth keeps no images.");
        });
        System.exit(commandLine(parts).execute(arguments));
    }

    /** The command with its subcommands. */
    public static CommandLine commandLine(Parts parts) {
        CommandLine image = new CommandLine(new Image())
                .addSubcommand(new ImageImport(parts.images()))
                .addSubcommand(new ImageList(parts.images()));
        return new CommandLine(new Berth())
                .addSubcommand(new Serve(parts.node()))
                .addSubcommand(new Check(parts.checks()))
                .addSubcommand(new Config())
                .addSubcommand(new StatusCommand())
                .addSubcommand(new Version())
                .addSubcommand(image)
                .setExecutionExceptionHandler((failure, command, _) -> explain(failure, command.getErr()));
    }

    /** Without a subcommand: says how it is used. */
    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "Say what to do: one of the commands below.");
    }

    private static int explain(Exception failure, PrintWriter err) {
        return switch (failure) {
            case ConfigFailure wrong -> {
                wrong.problems().forEach(problem -> err.println("berth: " + problem));
                yield WRONG_USE;
            }
            case AlreadyServing refused -> {
                err.println("berth: " + refused.getMessage());
                yield ALREADY_SERVING;
            }
            default -> {
                err.println("berth: " + (failure.getMessage() == null ? failure.toString() : failure.getMessage()));
                yield FAILED;
            }
        };
    }
}
