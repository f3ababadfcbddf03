package dev.berth.runtime.cni;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The plugin programs of this node.
 *
 * @param directories where they are looked for, in order
 * @param timeout the longest that one run may take
 */
public record CniPlugins(List<Path> directories, ProgramRunner runner, Duration timeout) {
    /** Plugins run iptables and the like by name. */
    private static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private static final int LONGEST_DETAIL = 1_000;

    public CniPlugins {
        directories = List.copyOf(directories);
    }

    /** Those of a network's plugins that are not here. */
    public List<String> missing(CniConfig config) {
        return config.types().stream()
                .filter(type -> directories.stream().noneMatch(directory -> isProgram(directory.resolve(type))))
                .distinct()
                .toList();
    }

    /**
     * Runs a plugin.
     *
     * @param verb CNI_COMMAND
     * @param variables the other CNI_ variables
     * @return what it wrote to stdout; empty when it wrote nothing
     * @throws CniFailure when it does not succeed
     */
    byte[] run(String type, String verb, Map<String, String> variables, ObjectNode stdin) throws InterruptedException {
        Map<String, String> environment = new HashMap<>(variables);
        environment.put("CNI_COMMAND", verb);
        environment.put("CNI_PATH", directories.stream().map(Path::toString).collect(Collectors.joining(":")));
        environment.put("PATH", PATH);
        String who = "The network plugin %s (%s)".formatted(type, verb);
        Program program = new Program(find(type), environment, CniJson.bytes(stdin), timeout);
        return switch (runner.run(program)) {
            case ProgramOutcome.TimedOut _ ->
                throw CniFailure.of(
                        CniFailure.Kind.TIMED_OUT,
                        "%s did not end within %d ms and was killed.".formatted(who, timeout.toMillis()));
            case ProgramOutcome.NotStarted(String reason) ->
                throw CniFailure.of(CniFailure.Kind.PLUGIN_MISSING, "%s cannot be started: %s.".formatted(who, reason));
            case ProgramOutcome.Exited exited -> output(exited, who);
        };
    }

    private Path find(String type) {
        return directories.stream()
                .map(directory -> directory.resolve(type))
                .filter(CniPlugins::isProgram)
                .findFirst()
                .orElseThrow(() -> CniFailure.of(
                        CniFailure.Kind.PLUGIN_MISSING,
                        "The network plugin %s is not installed: no such program in %s."
                                .formatted(
                                        type,
                                        directories.isEmpty()
                                                ? "no directory at all"
                                                : directories.stream()
                                                        .map(Path::toString)
                                                        .collect(Collectors.joining(", ")))));
    }

    private static boolean isProgram(Path file) {
        return Files.isRegularFile(file) && Files.isExecutable(file);
    }

    private static byte[] output(ProgramOutcome.Exited exited, String who) {
        if (exited.code() != 0) {
            throw failed(exited, who);
        }
        if (exited.truncated()) {
            throw CniFailure.of(CniFailure.Kind.BAD_ANSWER, "%s wrote more than 1 MiB.".formatted(who));
        }
        return exited.stdout();
    }

    /** A plugin that fails should say why in JSON on stdout; one that crashes says it on stderr. */
    private static CniFailure failed(ProgramOutcome.Exited exited, String who) {
        JsonNode error;
        try {
            error = CniJson.object(exited.stdout(), CniFailure.Kind.BAD_ANSWER, "");
        } catch (CniFailure _) {
            error = CniJson.MAPPER.createObjectNode();
        }
        String details = CniJson.text(error, "details");
        String message = CniJson.text(error, "msg");
        if (message.isEmpty()) {
            byte[] said = exited.stderr().length > 0 ? exited.stderr() : exited.stdout();
            message = new String(said, StandardCharsets.UTF_8).strip();
        }
        int code = error.path("code").asInt(0);
        String sentence = "%s failed with exit code %d%s: %s%s"
                .formatted(
                        who,
                        exited.code(),
                        code == 0 ? "" : ", CNI error " + code,
                        shorten(message.isEmpty() ? "it does not say why" : message),
                        details.isEmpty() ? "." : " (" + shorten(details) + ").");
        return new CniFailure(CniFailure.Kind.PLUGIN_FAILED, sentence, code, null);
    }

    private static String shorten(String text) {
        String line = text.replace('\n', ' ');
        return line.length() <= LONGEST_DETAIL ? line : line.substring(0, LONGEST_DETAIL) + "...";
    }
}
