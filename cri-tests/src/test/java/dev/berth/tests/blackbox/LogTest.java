package dev.berth.tests.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.cri.v1.ContainerConfig;
import dev.berth.cri.v1.ReopenContainerLogRequest;
import dev.berth.tests.coverage.Covers;
import dev.berth.tests.node.TestNode;
import dev.berth.tests.pod.LogLine;
import dev.berth.tests.pod.Pods;
import dev.berth.tests.pod.RunningPod;
import dev.berth.tests.world.OnNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

@OnNode
class LogTest {
    private final Pods pods;

    LogTest(TestNode node) {
        pods = node.pods();
    }

    @Test
    @Covers("log.lines")
    void bothStreamsAreLoggedUnderTheirNames() throws Exception {
        List<LogLine> lines = pods.run("streams").runToEnd(pods.shell("main", "echo out; echo err >&2"));
        assertEquals(List.of("out"), texts(lines, "stdout"));
        assertEquals(List.of("err"), texts(lines, "stderr"));
    }

    @Test
    void everyLineOfManyIsThereOnceAndInOrder() throws Exception {
        List<LogLine> lines = pods.run("many").runToEnd(pods.container("main", "/bin/seq", "20000"));
        assertEquals(
                IntStream.rangeClosed(1, 20_000).mapToObj(Integer::toString).toList(), texts(lines, "stdout"));
    }

    @Test
    void aLineLongerThanSixteenKibibytesIsCutIntoParts() throws Exception {
        List<LogLine> lines =
                pods.run("long").runToEnd(pods.shell("main", "head -c 40000 /dev/zero | tr '\\0' x; echo; echo end"));
        assertTrue(lines.size() > 3, "The long line is in one piece");
        assertEquals("end", lines.getLast().text());
        List<LogLine> parts = lines.subList(0, lines.size() - 1);
        assertEquals("F", parts.getLast().tag());
        assertTrue(parts.subList(0, parts.size() - 1).stream()
                .allMatch(part -> part.tag().equals("P")));
        assertEquals("x".repeat(40_000), parts.stream().map(LogLine::text).collect(Collectors.joining()));
    }

    @Test
    void theLastLineNeedsNoNewline() throws Exception {
        List<LogLine> lines = pods.run("last").runToEnd(pods.container("main", "/bin/printf", "no end"));
        assertEquals(List.of("no end"), texts(lines, "stdout"));
    }

    @Test
    @Covers("log.reopen")
    void aReopenedLogGoesOnInANewFileAndLosesNothing() throws Exception {
        RunningPod pod = pods.run("reopened");
        ContainerConfig.Builder config =
                pods.shell("main", "i=0; while [ $i -lt 300 ]; do echo $i; i=$((i+1)); sleep 0.01; done");
        String container = pod.start(config);
        Path file = pod.logFile(config.build());
        Path old = file.resolveSibling("main.log.1");
        Thread.sleep(500);
        Files.move(file, old);
        pods.client()
                .runtime()
                .reopenContainerLog(ReopenContainerLogRequest.newBuilder()
                        .setContainerId(container)
                        .build());
        assertTrue(Files.exists(file));
        long size = Files.size(old);
        pod.awaitExit(container);
        assertEquals(size, Files.size(old), "The old file has grown after the call returned");
        List<String> all = Stream.concat(LogLine.read(old).stream(), LogLine.read(file).stream())
                .map(LogLine::text)
                .toList();
        assertEquals(IntStream.range(0, 300).mapToObj(Integer::toString).toList(), all);
    }

    @Test
    void theLogExistsWhenStartReturns() {
        RunningPod pod = pods.run("exists");
        ContainerConfig.Builder config = pods.idle("main");
        pod.start(config);
        assertTrue(Files.exists(pod.logFile(config.build())));
    }

    private static List<String> texts(List<LogLine> lines, String stream) {
        return lines.stream()
                .filter(line -> line.stream().equals(stream))
                .map(LogLine::text)
                .toList();
    }
}
