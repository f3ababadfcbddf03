package dev.berth.tests.critest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.berth.tests.coverage.Behaviour;
import dev.berth.tests.critest.CritestSession.Server;
import dev.berth.tests.critest.CritestSpec.Outcome;
import dev.berth.tests.node.Command;
import dev.berth.tests.node.Project;
import dev.berth.tests.node.TestNode;
import dev.berth.tests.world.NodeExtension;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Every spec of the real critest as a test of its own. */
class CritestTest {
    /** Property: an expression for the specs to run. */
    private static final String FOCUS = "berth.critest.focus";

    private static final String NOT_CLAIMED = "-ginkgo.skip=" + Critest.NOT_CLAIMED;
    private static final String STREAMING = "-ginkgo.focus=Streaming";
    /** What clients ask of pods that run: streams, stats, metrics, logs. */
    private static final String WHILE_RUNNING = "-ginkgo.focus=Streaming|stats|metrics|log";
    /** Without them critest streams over SPDY. */
    private static final List<String> WEB_SOCKET =
            List.of("-websocket-exec", "-websocket-attach", "-websocket-portforward");

    private static final CritestRun EVERYTHING = new CritestRun("critest", List.of(NOT_CLAIMED));

    @TestFactory
    Stream<DynamicTest> critest() throws IOException, InterruptedException {
        String socket = System.getProperty(TestNode.SOCKET, "");
        if (Command.find("critest").isEmpty()) {
            return skipped("critest is not on PATH");
        }
        if (!NodeExtension.isAllowed()) {
            return skipped(NodeExtension.NEEDS_WORLD);
        }
        Optional<Server> server = socket.isEmpty()
                ? Optional.empty()
                : Optional.of(new Server(Path.of(socket), Path.of(System.getProperty(TestNode.HOSTS, ""))));
        List<DynamicTest> tests = new ArrayList<>();
        Map<CritestRun, List<CritestSpec>> runs =
                CritestSession.run(server, rounds(), Project.target().resolve("critest"));
        tests.add(dynamicTest(
                "every spec is listed",
                () -> assertListed(runs.values().stream().flatMap(List::stream).toList())));
        runs.forEach((run, specs) -> specs.stream()
                // What a later run leaves out, the first one has told.
                .filter(spec -> run.equals(EVERYTHING) || spec.outcome() != Outcome.LEFT_OUT)
                .map(spec -> dynamicTest(title(run, spec), () -> judge(spec)))
                .forEach(tests::add));
        return tests.stream();
    }

    /** The report names specs too that a focus leaves out, so it is compared whole. */
    private static void assertListed(List<CritestSpec> specs) {
        Set<String> reported = specs.stream()
                // What is set up before the specs is reported only when it fails.
                .filter(spec -> spec.outcome() != Outcome.FAILED)
                .map(CritestSpec::name)
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> listed = Behaviour.all().stream()
                .filter(behaviour -> behaviour.kind().isOfCritest())
                .map(Behaviour::text)
                .collect(Collectors.toSet());
        reported.removeAll(listed);
        assertEquals(Set.of(), reported, "Specs that behaviours.tsv does not list");
    }

    private static List<List<CritestRun>> rounds() {
        String focus = System.getProperty(FOCUS, "");
        if (!focus.isEmpty()) {
            return List.of(List.of(new CritestRun("critest", List.of(NOT_CLAIMED, "-ginkgo.focus=" + focus))));
        }
        CritestRun webSocket = new CritestRun(
                "websocket",
                Stream.concat(Stream.of(STREAMING), WEB_SOCKET.stream()).toList());
        List<CritestRun> eight = new ArrayList<>();
        for (int i = 1; i <= 8; i++) {
            List<String> flags = new ArrayList<>(List.of(WHILE_RUNNING));
            flags.addAll(i % 2 == 0 ? WEB_SOCKET : List.of());
            // Its specs listen on the same two ports of the node in every run.
            flags.addAll(i > 1 ? List.of("-ginkgo.skip=portforward") : List.of());
            eight.add(new CritestRun("eight-" + i, flags));
        }
        return List.of(List.of(EVERYTHING), List.of(webSocket), eight);
    }

    private static String title(CritestRun run, CritestSpec spec) {
        return run.equals(EVERYTHING) ? spec.name() : run.name() + ": " + spec.name();
    }

    /** A factory that is aborted itself would be missing from the reports. */
    private static Stream<DynamicTest> skipped(String reason) {
        return Stream.of(dynamicTest("every spec", () -> abort(reason)));
    }

    private static void judge(CritestSpec spec) {
        switch (spec.outcome()) {
            case PASSED -> {}
            case FAILED -> fail(spec.message());
            case SKIPPED ->
                abort("critest: " + spec.message().lines().findFirst().orElse(""));
            case LEFT_OUT -> abort("critest: a group that Berth does not claim yet");
        }
    }
}
