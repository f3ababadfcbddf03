package dev.berth.tests.node;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The result of a program that was run to its end.
 *
 * @param status its exit status
 * @param output what it wrote to standard output and standard error
 */
public record Command(int status, String output) {

    /** Runs a program to its end, whatever its status. */
    public static Command run(String... words) throws IOException, InterruptedException {
        return run(Map.of(), List.of(words));
    }

    /** Runs a program with additional environment variables. */
    public static Command run(Map<String, String> environment, List<String> words)
            throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(words).redirectErrorStream(true);
        builder.redirectInput(new File("/dev/null"));
        builder.environment().putAll(environment);
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Command(process.waitFor(), output);
    }

    /** Runs a program that has to succeed and returns its output. */
    public static String mustRun(String... words) throws IOException, InterruptedException {
        Command command = run(words);
        if (command.status != 0) {
            throw new IOException("%s ended with status %d: %s"
                    .formatted(String.join(" ", words), command.status, command.output.strip()));
        }
        return command.output;
    }

    /** The program of this name in one of the folders of PATH. */
    public static Optional<Path> find(String name) {
        String path = System.getenv().getOrDefault("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        for (String folder : path.split(File.pathSeparator, -1)) {
            Path program = Path.of(folder, name);
            if (!folder.isEmpty() && Files.isExecutable(program) && Files.isRegularFile(program)) {
                return Optional.of(program);
            }
        }
        return Optional.empty();
    }

    /** As {@link #find}, or an error that names the program. */
    public static Path require(String name) throws IOException {
        return find(name).orElseThrow(() -> new IOException("The program '%s' is not on PATH".formatted(name)));
    }
}
