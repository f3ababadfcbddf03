package dev.berth.tests.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.cri.v1.ContainerFilter;
import dev.berth.cri.v1.ContainerStatsFilter;
import dev.berth.cri.v1.PodSandboxFilter;
import dev.berth.cri.v1.PodSandboxStatsFilter;
import dev.berth.cri.v1.StreamContainerStatsRequest;
import dev.berth.cri.v1.StreamContainersRequest;
import dev.berth.cri.v1.StreamImagesRequest;
import dev.berth.cri.v1.StreamPodSandboxStatsRequest;
import dev.berth.cri.v1.StreamPodSandboxesRequest;
import dev.berth.tests.coverage.Covers;
import dev.berth.tests.node.MemoryUse;
import dev.berth.tests.node.TestNode;
import dev.berth.tests.pod.Pods;
import dev.berth.tests.pod.RunningPod;
import dev.berth.tests.world.OnNode;
import dev.berth.tests.world.OnlyBerth;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The streaming forms of the lists tell the same as the lists. */
@OnNode
class StreamedListsTest {
    private static final int MANY = 10_000;
    private static final int AT_ONCE = 8;
    /** What streaming may add to the idle daemon. */
    private static final long OVER_IDLE_KIB = 8 << 10;

    private final TestNode node;
    private final Pods pods;

    StreamedListsTest(TestNode node) {
        this.node = node;
        pods = node.pods();
    }

    @Test
    @Covers("feature.streamed-pods")
    void eachPodAndContainerIsStreamedOnceAndFiltersHold() {
        RunningPod one = pods.run(pods.config("one").putLabels("app", "harbour").build());
        RunningPod two = pods.run("two");
        String container = two.start(pods.idle("main"));
        assertEquals(
                pods.list().stream().map(pod -> pod.getId()).sorted().toList(),
                podIds(PodSandboxFilter.getDefaultInstance()));
        assertEquals(
                List.of(one.id()),
                podIds(PodSandboxFilter.newBuilder()
                        .putLabelSelector("app", "harbour")
                        .build()));
        assertEquals(List.of(container), containerIds(two));
        assertEquals(
                List.of(container),
                ids(
                        pods.client()
                                .runtime()
                                .streamContainerStats(StreamContainerStatsRequest.newBuilder()
                                        .setFilter(ContainerStatsFilter.newBuilder()
                                                .setPodSandboxId(two.id()))
                                        .build()),
                        message -> message.getContainerStatsList(),
                        item -> item.getAttributes().getId()));
        assertEquals(
                List.of(two.id()),
                ids(
                        pods.client()
                                .runtime()
                                .streamPodSandboxStats(StreamPodSandboxStatsRequest.newBuilder()
                                        .setFilter(PodSandboxStatsFilter.newBuilder()
                                                .setId(two.id()))
                                        .build()),
                        message -> message.getPodSandboxStatsList(),
                        item -> item.getAttributes().getId()));
    }

    @Test
    @OnlyBerth("looks at its memory")
    void tenThousandContainersAreStreamedInLittleMemory() throws Exception {
        RunningPod pod = pods.run("crowd");
        try (ExecutorService makers = Executors.newFixedThreadPool(AT_ONCE)) {
            List<Callable<String>> makings = IntStream.range(0, MANY)
                    .<Callable<String>>mapToObj(
                            i -> () -> pod.create(pods.idle("c" + i).build()))
                    .toList();
            for (Future<String> made : makers.invokeAll(makings)) {
                made.get();
            }
        }
        assertEquals(MANY, containerIds(pod).size());
        long idle = MemoryUse.pssKib(node.daemon().pid());
        assertEquals(MANY, containerIds(pod).size());
        long over = MemoryUse.pssKib(node.daemon().pid()) - idle;
        assertTrue(over <= OVER_IDLE_KIB, "The daemon holds %d KiB more".formatted(over));
    }

    @Test
    @Covers("feature.streamed-images")
    void imagesAreStreamed() {
        List<String> ids = ids(
                pods.client().images().streamImages(StreamImagesRequest.getDefaultInstance()),
                message -> message.getImagesList(),
                item -> item.getId());
        assertTrue(!ids.isEmpty());
        assertEquals(ids.stream().distinct().toList(), ids);
    }

    @Test
    void nothingThatMatchesIsAnEmptyStream() {
        assertEquals(
                List.of(), podIds(PodSandboxFilter.newBuilder().setId("none").build()));
    }

    private List<String> podIds(PodSandboxFilter filter) {
        return ids(
                pods.client()
                        .runtime()
                        .streamPodSandboxes(StreamPodSandboxesRequest.newBuilder()
                                .setFilter(filter)
                                .build()),
                message -> message.getPodSandboxesList(),
                item -> item.getId());
    }

    private List<String> containerIds(RunningPod pod) {
        return ids(
                pods.client()
                        .runtime()
                        .streamContainers(StreamContainersRequest.newBuilder()
                                .setFilter(ContainerFilter.newBuilder().setPodSandboxId(pod.id()))
                                .build()),
                message -> message.getContainersList(),
                item -> item.getId());
    }

    private static <M, I> List<String> ids(
            Iterator<M> messages, Function<M, Collection<I>> items, Function<I, String> id) {
        List<I> all = new ArrayList<>();
        while (messages.hasNext()) {
            Collection<I> some = items.apply(messages.next());
            assertTrue(!some.isEmpty(), "a message without items");
            all.addAll(some);
        }
        return all.stream().map(id).sorted().collect(Collectors.toList());
    }
}
