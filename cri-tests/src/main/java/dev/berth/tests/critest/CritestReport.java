package dev.berth.tests.critest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.berth.tests.critest.CritestSpec.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;

/** Reads ginkgo's JSON report. */
final class CritestReport {
    private CritestReport() {}

    static List<CritestSpec> read(Path file) throws IOException {
        return parse(Files.readString(file));
    }

    /** Specs in order of the report; benchmarks and set-up nodes left out, failed set-up nodes kept. */
    static List<CritestSpec> parse(String json) throws IOException {
        List<CritestSpec> specs = new ArrayList<>();
        for (JsonNode suite : new ObjectMapper().readTree(json)) {
            for (JsonNode report : suite.path("SpecReports")) {
                CritestSpec spec = spec(report);
                boolean isSpec = report.path("LeafNodeType").asText().equals("It");
                if ((isSpec || spec.outcome() == Outcome.FAILED) && !spec.name().contains("benchmark")) {
                    specs.add(spec);
                }
            }
        }
        return specs;
    }

    private static CritestSpec spec(JsonNode report) {
        StringJoiner name = new StringJoiner(" ");
        for (JsonNode container : report.path("ContainerHierarchyTexts")) {
            name.add(container.asText());
        }
        String leaf = report.path("LeafNodeText").asText();
        name.add(leaf.isEmpty() ? report.path("LeafNodeType").asText() : leaf);
        String message = report.path("Failure").path("Message").asText();
        return new CritestSpec(
                name.toString(),
                outcome(report.path("State").asText(), message),
                message,
                Duration.ofNanos(report.path("RunTime").asLong()));
    }

    private static Outcome outcome(String state, String message) {
        return switch (state) {
            case "passed" -> Outcome.PASSED;
            case "skipped", "pending" -> message.isEmpty() ? Outcome.LEFT_OUT : Outcome.SKIPPED;
            default -> Outcome.FAILED;
        };
    }
}
