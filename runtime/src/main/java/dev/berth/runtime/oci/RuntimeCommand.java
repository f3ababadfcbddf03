package dev.berth.runtime.oci;

import dev.berth.runtime.launch.ExecutablePath;
import dev.berth.runtime.launch.Invocation;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The command line of one OCI runtime, as runc has shaped it.
 *
 * @param program the absolute path of the runtime
 * @param root where it keeps its state
 * @param arguments global ones of the operator, which come before the subcommand
 */
public record RuntimeCommand(Path program, Path root, List<String> arguments) {
    public RuntimeCommand {
        arguments = List.copyOf(arguments);
    }

    /** Makes a container that waits for {@link #start}; {@code console} is the socket for its terminal, empty for none. */
    public Invocation create(String id, Bundle bundle, String console) {
        List<String> options = new ArrayList<>(List.of(
                "create",
                "--bundle",
                bundle.directory().toString(),
                "--pid-file",
                bundle.pidFile().toString()));
        if (!console.isEmpty()) {
            options.addAll(List.of("--console-socket", console));
        }
        options.add(id);
        return invocation(bundle.log(), options);
    }

    public Invocation start(String id, Bundle bundle) {
        return invocation(bundle.log(), List.of("start", id));
    }

    /**
     * Runs a command in a container and stays until its end. What is wrong is on stderr, where whoever asked for the command looks.
     *
     * @param options more options of the subcommand
     */
    public Invocation exec(String id, Path process, List<String> options) {
        List<String> all = new ArrayList<>(List.of("exec", "--process", process.toString()));
        all.addAll(options);
        all.add(id);
        return plain(all);
    }

    public Invocation kill(String id, int signal) {
        return plain(List.of("kill", id, Integer.toString(signal)));
    }

    /** Prints the state of a container as JSON. */
    public Invocation state(String id) {
        return plain(List.of("state", id));
    }

    /** Takes back what the runtime keeps of a container, whatever state it is in. */
    public Invocation delete(String id) {
        return plain(List.of("delete", "--force", id));
    }

    private Invocation invocation(Path log, List<String> rest) {
        List<String> all = new ArrayList<>(List.of("--log", log.toString(), "--log-format", "json"));
        all.addAll(rest);
        return plain(all);
    }

    private Invocation plain(List<String> rest) {
        List<String> all = new ArrayList<>(List.of(program.toString(), "--root", root.toString()));
        all.addAll(arguments);
        all.addAll(rest);
        return new Invocation(all, List.of("PATH=" + ExecutablePath.DEFAULT));
    }
}
