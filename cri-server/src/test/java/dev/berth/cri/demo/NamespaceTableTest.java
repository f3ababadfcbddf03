package dev.berth.cri.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NamespaceTableTest {
    @Test
    void whatDiffersFromTheNodeIsTheContainersOwn() {
        Map<String, String> container = NamespaceTable.parse("net:[1]\nuser:[2]\nnoise\n");
        assertEquals(
                "    net      net:[1]                  its own\n    user     user:[2]                 the node's\n",
                NamespaceTable.compare(container, Map.of("net", "net:[9]", "user", "user:[2]")));
    }

    @Test
    void thisProcessHasNamespaces() throws Exception {
        String net = NamespaceTable.ofThisProcess(List.of("net")).get("net");
        assertEquals(Map.of("net", String.valueOf(net)), NamespaceTable.parse(net + "\n"));
    }

    @Test
    void timesAreMillisecondsWithOneDigit() {
        assertEquals("     1.5 ms", Stopwatch.milliseconds(Duration.ofNanos(1_499_999)));
    }
}
