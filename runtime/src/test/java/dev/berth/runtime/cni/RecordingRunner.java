package dev.berth.runtime.cni;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Answers for plugins without running them, and keeps what they were given. */
final class RecordingRunner implements ProgramRunner {
    final List<Program> runs = new ArrayList<>();
    private final Map<String, ProgramOutcome> answers = new HashMap<>();

    /** @param run verb and type, as {@code ADD bridge} */
    void answer(String run, ProgramOutcome outcome) {
        answers.put(run, outcome);
    }

    void answer(String run, String stdout) {
        answer(run, exited(0, stdout));
    }

    static ProgramOutcome exited(int code, String stdout) {
        return new ProgramOutcome.Exited(code, stdout.getBytes(UTF_8), new byte[0], false);
    }

    @Override
    public ProgramOutcome run(Program program) {
        runs.add(program);
        return answers.getOrDefault(name(program), exited(0, ""));
    }

    /** All runs so far, as verb and type. */
    List<String> names() {
        return runs.stream().map(RecordingRunner::name).toList();
    }

    Program last(String run) {
        return runs.reversed().stream()
                .filter(program -> name(program).equals(run))
                .findFirst()
                .orElseThrow();
    }

    JsonNode stdin(String run) {
        return CniJson.object(last(run).stdin(), CniFailure.Kind.CONFIG, run);
    }

    private static String name(Program program) {
        return Objects.requireNonNull(program.environment().get("CNI_COMMAND")) + " "
                + program.path().getFileName();
    }
}
