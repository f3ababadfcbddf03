package dev.berth.tests.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.cri.v1.ContainerStats;
import dev.berth.cri.v1.ContainerStatsFilter;
import dev.berth.cri.v1.ContainerStatsRequest;
import dev.berth.cri.v1.ListContainerStatsRequest;
import dev.berth.tests.coverage.Covers;
import dev.berth.tests.node.TestNode;
import dev.berth.tests.pod.Pods;
import dev.berth.tests.pod.RunningPod;
import dev.berth.tests.world.OnNode;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

@OnNode
class ContainerStatsTest {
    private final Pods pods;

    ContainerStatsTest(TestNode node) {
        pods = node.pods();
    }

    @Test
    @Covers("stats.one")
    void aContainerHasUsageAsSoonAsItRuns() {
        RunningPod pod = pod();
        String container = pod.start(pods.idle("main"));
        ContainerStats stats = pods.client()
                .runtime()
                .containerStats(ContainerStatsRequest.newBuilder()
                        .setContainerId(container)
                        .build())
                .getStats();
        assertEquals(container, stats.getAttributes().getId());
        assertEquals("main", stats.getAttributes().getMetadata().getName());
        assertTrue(stats.getCpu().getTimestamp() > 0, stats.toString());
        assertTrue(stats.getMemory().getTimestamp() > 0, stats.toString());
    }

    @Test
    @Covers({"stats.by-id", "stats.all"})
    void startedContainersAreAmongAllAndAloneUnderTheirId() {
        RunningPod pod = pod();
        String one = pod.start(pods.idle("one"));
        String two = pod.start(pods.idle("two"));
        assertEquals(
                Set.of(one),
                listed(ListContainerStatsRequest.newBuilder()
                        .setFilter(ContainerStatsFilter.newBuilder().setId(one))
                        .build()));
        assertTrue(listed(ListContainerStatsRequest.getDefaultInstance()).containsAll(List.of(one, two)));
    }

    @Test
    @Covers("stats.three")
    void threeContainersAreAllThere() {
        RunningPod pod = pod();
        Set<String> three = new HashSet<>();
        for (String name : List.of("one", "two", "three")) {
            three.add(pod.start(pods.idle(name)));
        }
        assertTrue(listed(ListContainerStatsRequest.getDefaultInstance()).containsAll(three));
    }

    @Test
    @Covers("stats.by-label")
    void aLabelChoosesThoseThatHaveItsValue() {
        RunningPod pod = pod();
        String bar = pod.start(pods.idle("bar").putLabels("foo", "bar"));
        pod.start(pods.idle("none"));
        assertEquals(Set.of(bar), listed(labelled("bar")));
        assertEquals(Set.of(), listed(labelled("baz")));
    }

    private RunningPod pod() {
        return pods.run(pods.hostNetwork("stats").build());
    }

    private static ListContainerStatsRequest labelled(String value) {
        return ListContainerStatsRequest.newBuilder()
                .setFilter(ContainerStatsFilter.newBuilder().putLabelSelector("foo", value))
                .build();
    }

    private Set<String> listed(ListContainerStatsRequest request) {
        Set<String> ids = new HashSet<>();
        for (ContainerStats stats :
                pods.client().runtime().listContainerStats(request).getStatsList()) {
            assertTrue(ids.add(stats.getAttributes().getId()), "Twice in the list: " + stats);
        }
        return ids;
    }
}
