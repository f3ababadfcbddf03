package dev.berth.cri.command;

import dev.berth.cri.assembly.BerthNode;
import dev.berth.cri.config.BerthConfig;
import dev.berth.cri.config.ConfigFailure;
import dev.berth.cri.node.Node;
import dev.berth.cri.server.AlreadyServing;
import dev.berth.cri.server.SocketPath;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
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
        Parts parts = new Parts(BerthNode::make, NodeChecks::run, Berth::images);
        System.exit(execute(parts, arguments));
    }

    /** The whole of a process: runs the command and gives its exit code. */
    static int execute(Parts parts, String... arguments) {
        // Neither the constant nor the name of a class initializes it.
        System.setProperty(LastingLogManager.PROPERTY, LastingLogManager.class.getName());
        return commandLine(parts, arguments).execute(arguments);
    }

    /**
     * The command, with all its subcommands when the first argument names none. Picocli reads the annotations of every subcommand
     * that it is given, which takes longer than the server needs to listen; so it is given the one that will run.
     */
    static CommandLine commandLine(Parts parts, String... arguments) {
        Map<String, Supplier<Object>> subcommands = subcommands(parts);
        CommandLine command = new CommandLine(new Berth());
        String first = arguments.length == 0 ? "" : arguments[0];
        subcommands.forEach((name, subcommand) -> {
            if (name.equals(first) || !subcommands.containsKey(first)) {
                command.addSubcommand(name, subcommand.get());
            }
        });
        return command.setExecutionExceptionHandler((failure, line, _) -> explain(failure, line.getErr()));
    }

    private static Map<String, Supplier<Object>> subcommands(Parts parts) {
        Map<String, Supplier<Object>> subcommands = new LinkedHashMap<>();
        subcommands.put("serve", () -> new Serve(parts.node()));
        subcommands.put("status", StatusCommand::new);
        subcommands.put("check", () -> new Check(parts.checks()));
        subcommands.put("config", Config::new);
        subcommands.put(
                "image",
                () -> new CommandLine(new Image())
                        .addSubcommand(new ImageImport(parts.images()))
                        .addSubcommand(new ImageList(parts.images())));
        subcommands.put("try", TryCommand::new);
        subcommands.put("version", Version::new);
        return subcommands;
    }

    /** Without a subcommand: says how it is used. */
    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "Say what to do: one of the commands below.");
    }

    /** A Berth that serves has the store to itself: then it is asked. */
    private static ImageTool images(BerthConfig config) throws IOException {
        return new SocketPath(config.socket()).answers() ? new ServerImages(config.socket()) : new StoreImages(config);
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
