package dev.berth.tests.blackbox;

import static dev.berth.tests.blackbox.Refusal.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.cri.v1.Container;
import dev.berth.cri.v1.ContainerFilter;
import dev.berth.cri.v1.ListContainersRequest;
import dev.berth.cri.v1.PullImageRequest;
import dev.berth.tests.coverage.Covers;
import dev.berth.tests.image.BusyboxLayer;
import dev.berth.tests.image.OciImage;
import dev.berth.tests.image.TarLayer;
import dev.berth.tests.node.TestNode;
import dev.berth.tests.pod.Pods;
import dev.berth.tests.pod.RunningPod;
import dev.berth.tests.world.OnNode;
import io.grpc.Status;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What one call says of an image, every other call says too, and at once. */
@OnNode
class ImageConsistencyTest {
    private static final int AT_ONCE = 5;

    private final TestNode node;
    private final Images images;
    private final Pods pods;

    ImageConsistencyTest(TestNode node) {
        this.node = node;
        images = new Images(node);
        pods = node.pods();
    }

    @Test
    @Covers("image.pulled-at-once")
    void anImageIsThereAsSoonAsItIsPulled() throws Exception {
        String name = images.push("berth/there", "1", Images.of("there"));
        for (int i = 0; i < AT_ONCE; i++) {
            String id = node.pull(name);
            assertTrue(isListed(id));
            assertEquals(id, images.status(name).orElseThrow().getId());
            images.remove(id);
        }
    }

    @Test
    @Covers("image.removed-at-once")
    void anImageIsGoneAsSoonAsItIsRemoved() throws Exception {
        String name = images.push("berth/gone", "1", Images.of("gone"));
        for (int i = 0; i < AT_ONCE; i++) {
            String id = node.pull(name);
            images.remove(id);
            assertFalse(isListed(id));
            assertEquals(Optional.empty(), images.status(name));
            assertEquals(Optional.empty(), images.status(id));
        }
    }

    @Test
    @Covers("image.removed-together")
    void whoeverRemovesAnImageAtTheSameTimeFindsItGone() throws Exception {
        String id = node.pull(images.push("berth/together", "1", Images.of("together")));
        Callable<Boolean> removal = () -> {
            images.remove(id);
            return images.status(id).isEmpty();
        };
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Boolean> isGone : threads.invokeAll(Collections.nCopies(AT_ONCE, removal))) {
                assertTrue(isGone.get());
            }
        }
    }

    @Test
    @Covers("image.deadline")
    void aPullThatIsGivenUpCanBeMadeAgain() throws Exception {
        byte[] large = new TarLayer().file("large", 0644, new byte[64 << 20]).toBytes();
        OciImage image = OciImage.of(List.of(large), config -> config.put("User", "0"));
        String name = images.push("berth/slow", "1", image);
        PullImageRequest request =
                PullImageRequest.newBuilder().setImage(Images.spec(name)).build();
        assertRefused(
                Status.Code.DEADLINE_EXCEEDED,
                () -> node.client()
                        .images()
                        .withDeadlineAfter(1, TimeUnit.MILLISECONDS)
                        .pullImage(request));
        String id = node.pull(name);
        assertEquals(id, images.status(name).orElseThrow().getId());
        images.remove(id);
    }

    @Test
    @Covers("image.id")
    void everyCallCallsAnImageByTheSameId() throws Exception {
        String name = images.push("berth/same", "1", shell("same"));
        String id = node.pull(name);
        assertEquals(id, images.status(name).orElseThrow().getId());
        assertContainerIsOf(id, id);
        images.remove(id);
    }

    @Test
    @Covers("image.id-of-two-registries")
    void anImageOfTwoRegistriesHasOneId() throws Exception {
        String one = images.push("berth/twice", "1", shell("twice"));
        String two = one.replace(TestNode.HOST, TestNode.OTHER_HOST);
        String id = node.pull(one);
        assertEquals(id, node.pull(two));
        assertEquals(id, images.status(one).orElseThrow().getId());
        assertEquals(id, images.status(two).orElseThrow().getId());
        assertContainerIsOf(id, two);
        images.remove(id);
    }

    /** Runs the image's own command to its end. */
    private void assertContainerIsOf(String id, String name) throws InterruptedException {
        RunningPod pod = pods.run(pods.hostNetwork("identity").build());
        String container = pod.start(pods.container("main").setImage(Images.spec(name)));
        pod.awaitExit(container);
        assertEquals(id, pod.status(container).getImageId());
        Container listed = pods.client()
                .runtime()
                .listContainers(ListContainersRequest.newBuilder()
                        .setFilter(ContainerFilter.newBuilder().setId(container))
                        .build())
                .getContainers(0);
        assertEquals(id, listed.getImageId());
        pod.close();
    }

    private static OciImage shell(String content) throws Exception {
        byte[] unique = new TarLayer().file("content", content).toBytes();
        return OciImage.of(
                List.of(BusyboxLayer.ofStatic(), unique),
                config -> config.putArray("Cmd").add("/bin/sh"));
    }

    private boolean isListed(String id) {
        return images.list().stream().anyMatch(image -> image.getId().equals(id));
    }
}
