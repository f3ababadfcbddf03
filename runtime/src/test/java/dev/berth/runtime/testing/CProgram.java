package dev.berth.runtime.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** A small C program among the test resources, compiled where it is run. */
public record CProgram(Path directory, Path executable) {
    /** What a run gave. */
    public record Result(int exitCode, byte[] output, String errors) {}

    /** Compiles a resource that lies beside a test into a directory, with what gcc needs besides. */
    public static CProgram compile(Class<?> test, Path directory, String resource, String... libraries)
            throws Exception {
        Path source = directory.resolve(resource);
        try (InputStream in = Objects.requireNonNull(test.getResourceAsStream(resource))) {
            Files.copy(in, source);
        }
        Path executable = directory.resolve(resource + ".bin");
        List<String> command = new ArrayList<>(List.of("gcc", "-O1", "-o", executable.toString(), source.toString()));
        command.addAll(List.of(libraries));
        Result result = start(command, Path.of("/dev/null"), directory);
        assertEquals(0, result.exitCode(), result.errors());
        return new CProgram(directory, executable);
    }

    /** Runs it with a standard input. */
    public Result run(byte[] input, String... arguments) throws Exception {
        Path file = Files.createTempFile(directory, "input", ".txt");
        Files.write(file, input);
        List<String> command = new ArrayList<>(List.of(executable.toString()));
        command.addAll(List.of(arguments));
        return start(command, file, directory);
    }

    private static Result start(List<String> command, Path input, Path directory)
            throws IOException, InterruptedException {
        Path errors = directory.resolve("errors.txt");
        Process process = new ProcessBuilder(command)
                .redirectInput(input.toFile())
                .redirectError(errors.toFile())
                .start();
        byte[] output = process.getInputStream().readAllBytes();
        if (!process.waitFor(30, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("%s did not end".formatted(command));
        }
        return new Result(process.exitValue(), output, Files.readString(errors));
    }
}
