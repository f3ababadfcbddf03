package dev.berth.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.image.failure.ImageFailure;
import dev.berth.image.store.Image;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several callers who want the same things at the same time. */
class SharedPullTest {
    @TempDir
    Path dir;

    private final CountDownLatch blobAsked = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);
    private final ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor();
    private Node node;

    @BeforeEach
    void start() {
        node = new Node(dir);
        new TestImage()
                .layer(new Tars().file("one", "x"))
                .layer(new Tars().file("two", "x"))
                .push(node.registry(), "a", "1");
        node.registry().misbehave(exchange -> {
            if (FakeRegistry.isBlob(exchange)) {
                blobAsked.countDown();
                await(goOn);
            }
            return false;
        });
    }

    private static void await(CountDownLatch latch) {
        try {
            assertTrue(latch.await(10, TimeUnit.SECONDS));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    @AfterEach
    void stop() {
        goOn.countDown();
        callers.shutdownNow();
        node.close();
    }

    private Future<Image> pull() {
        return callers.submit(() -> node.pull(node.name("a:1")));
    }

    @Test
    void tenPullsOfOneImageAreOne() throws Exception {
        List<Future<Image>> pulls = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            pulls.add(pull());
        }
        await(blobAsked);
        goOn.countDown();
        Set<Image> images = new HashSet<>();
        for (Future<Image> pull : pulls) {
            images.add(pull.get());
        }
        assertEquals(1, images.size());
        assertEquals(3, node.registry().count("/blobs/"));
        assertEquals(2, node.names("layers").size());
    }

    @Test
    void twoImagesShareTheLayersTheyHaveInCommon() throws Exception {
        new TestImage()
                .user("other")
                .layer(new Tars().file("one", "x"))
                .layer(new Tars().file("two", "x"))
                .push(node.registry(), "b", "1");
        Future<Image> one = pull();
        await(blobAsked);
        Future<Image> other = callers.submit(() -> node.pull(node.name("b:1")));
        goOn.countDown();
        assertFalse(one.get().id().equals(other.get().id()));
        assertEquals(2, node.names("layers").size());
        // Two configs, and each layer once.
        assertEquals(4, node.registry().count("/blobs/"));
        node.service().remove(one.get().id());
        assertEquals(2, node.names("layers").size());
        node.service().remove(other.get().id());
        node.assertEmpty();
    }

    @Test
    void aCallerWhoGivesUpTakesNothingFromTheOthers() throws Exception {
        Future<Image> stays = pull();
        await(blobAsked);
        Future<Image> leaves = pull();
        leaves.cancel(true);
        goOn.countDown();
        assertNotNull(stays.get());
    }

    @Test
    void whenAllGiveUpNothingIsLeft() throws Exception {
        Future<Image> one = pull();
        Future<Image> other = pull();
        await(blobAsked);
        one.cancel(true);
        other.cancel(true);
        Node.eventually(node::assertEmpty);
        goOn.countDown();
        // And the next one starts anew.
        assertNotNull(pull().get());
    }

    @Test
    void anInterruptedCallerIsToldSo() throws Exception {
        Thread[] caller = new Thread[1];
        Future<Image> pull = callers.submit(() -> {
            caller[0] = Thread.currentThread();
            return node.pull(node.name("a:1"));
        });
        await(blobAsked);
        caller[0].interrupt();
        ExecutionException failure = assertThrows(ExecutionException.class, pull::get);
        ImageFailure cause = (ImageFailure) failure.getCause();
        assertNotNull(cause);
        assertEquals(ImageFailure.Kind.CANCELLED, cause.kind());
    }

    @Test
    void closingTheServiceStopsPullsAndLeavesNothing() throws Exception {
        Future<Image> pull = pull();
        await(blobAsked);
        node.service().close();
        assertThrows(ExecutionException.class, pull::get);
        assertEquals(List.of(), node.names("layers"));
        assertEquals(List.of(), node.names("tmp"));
        goOn.countDown();
    }

    @Test
    void removingWhileManyDoIsFine() throws Exception {
        goOn.countDown();
        Image image = node.pull(node.name("a:1"));
        List<Future<Boolean>> removals = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            removals.add(callers.submit(() -> {
                node.service().remove(image.id());
                return node.service().find(image.id()) == null;
            }));
        }
        for (Future<Boolean> removal : removals) {
            assertTrue(removal.get());
        }
        node.assertEmpty();
    }
}
