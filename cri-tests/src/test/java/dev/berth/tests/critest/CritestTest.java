package dev.berth.tests.critest;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.berth.tests.critest.CritestSession.Server;
import dev.berth.tests.node.Command;
import dev.berth.tests.node.Project;
import dev.berth.tests.node.TestNode;
import dev.berth.tests.world.NodeExtension;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Every spec of the real critest as a test of its own. */
class CritestTest {
    /** Property: an expression for the specs to run. */
    private static final String FOCUS = "berth.critest.focus";

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
        List<String> flags =
                List.of("-ginkgo.skip=" + Critest.NOT_CLAIMED, "-ginkgo.focus=" + System.getProperty(FOCUS, ""));
        return CritestSession.run(server, flags, Project.target().resolve("critest")).stream()
                .map(spec -> dynamicTest(spec.name(), () -> judge(spec)));
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
