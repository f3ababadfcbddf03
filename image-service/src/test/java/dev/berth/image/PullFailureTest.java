package dev.berth.image;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import dev.berth.image.failure.ImageFailure;
import dev.berth.image.manifest.MediaTypes;
import dev.berth.image.reference.Digest;
import dev.berth.image.store.Image;
import dev.berth.runtime.kernel.Errno;
import dev.berth.runtime.kernel.KernelFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PullFailureTest {
    @TempDir
    Path dir;

    private final AtomicBoolean noRecords = new AtomicBoolean();
    private final AtomicBoolean diskFull = new AtomicBoolean();
    private final TestImage image =
            new TestImage().layer(new Tars().file("small", "x")).layer(noise(300_000), Tars.gzip(noise(300_000)));
    private Node node;

    /** A tar whose compressed form is large. */
    private static byte[] noise(int length) {
        byte[] noise = new byte[length];
        new Random(3).nextBytes(noise);
        return new Tars().entry('0', "noise", "", noise).bytes();
    }

    @BeforeEach
    void start() {
        node = new Node(dir, FaultyKernel.of((name, arguments) -> {
            if (noRecords.get() && name.equals("renameat") && arguments[3].equals("record.json")) {
                throw new KernelFailure("renameat", "...", Errno.ENOSPC.number());
            }
            if (diskFull.get() && name.equals("write") && arguments.length == 4 && (int) arguments[3] > 10_000) {
                throw new KernelFailure("write", arguments[0] + ", ...", Errno.ENOSPC.number());
            }
        }));
        image.push(node.registry(), "a", "1");
    }

    @AfterEach
    void stop() {
        node.close();
    }

    private byte[] largeBlob() {
        return image.layers().getLast().served();
    }

    private boolean isLarge(HttpExchange exchange) {
        return exchange.getRequestURI()
                .getPath()
                .endsWith(Digest.of(largeBlob()).toString());
    }

    @Test
    void aBrokenDownloadGoesOnWhereItStopped() {
        AtomicInteger served = new AtomicInteger();
        node.registry().misbehave(exchange -> isLarge(exchange) && cut(exchange, served));
        assertNotNull(node.pull(node.name("a:1")));
        assertTrue(node.registry().seen().stream()
                .anyMatch(request -> request.headers().containsKey("Range")));
        assertTrue(served.get() >= 3, "cut " + served);
    }

    /** Sends a third of what is left and breaks the connection, three times. */
    private boolean cut(HttpExchange exchange, AtomicInteger times) throws IOException {
        if (times.incrementAndGet() > 3) {
            return false;
        }
        int from = FakeRegistry.from(exchange);
        int left = largeBlob().length - from;
        exchange.getResponseHeaders()
                .set("Content-Range", "bytes %d-%d/%d".formatted(from, largeBlob().length - 1, largeBlob().length));
        exchange.sendResponseHeaders(from == 0 ? 200 : 206, left);
        exchange.getResponseBody().write(largeBlob(), from, left / 3);
        exchange.getResponseBody().flush();
        throw new IOException("cut");
    }

    @Test
    void aServerWithoutRangesSendsItAllAgain() {
        AtomicInteger served = new AtomicInteger();
        node.registry().withoutRanges();
        node.registry().misbehave(exchange -> isLarge(exchange) && served.get() < 1 && cut(exchange, served));
        assertNotNull(node.pull(node.name("a:1")));
    }

    @Test
    void aServerThatGoesOnElsewhereIsNotBelieved() {
        AtomicInteger served = new AtomicInteger();
        node.registry().misbehave(exchange -> {
            if (!isLarge(exchange) || served.get() < 1) {
                return isLarge(exchange) && cut(exchange, served);
            }
            exchange.getResponseHeaders().set("Content-Range", "bytes 0-1/2");
            exchange.sendResponseHeaders(206, 2);
            exchange.getResponseBody().write(new byte[2]);
            return true;
        });
        fails(ImageFailure.Kind.UNAVAILABLE, "go on at byte");
    }

    @ParameterizedTest
    @ValueSource(ints = {429, 500, 502, 503, 504})
    void aPassingErrorIsTriedAgain(int status) {
        AtomicInteger times = new AtomicInteger();
        node.registry().misbehave(exchange -> {
            if (times.incrementAndGet() % 2 == 0) {
                return false;
            }
            FakeRegistry.respond(exchange, status, new byte[0]);
            return true;
        });
        assertNotNull(node.pull(node.name("a:1")));
    }

    @Test
    void retriesEnd() {
        node.registry().misbehave(exchange -> {
            FakeRegistry.respond(exchange, 503, new byte[0]);
            return true;
        });
        fails(ImageFailure.Kind.UNAVAILABLE, "answered 503");
        assertEquals(4, node.registry().seen().size());
    }

    @Test
    void aRefusedConnectionIsUnavailable() {
        node.registry().close();
        fails(ImageFailure.Kind.UNAVAILABLE, node.registry().address());
    }

    @Test
    void aSilentServerIsGivenUp() {
        node.registry().misbehave(exchange -> {
            if (!isLarge(exchange)) {
                return false;
            }
            exchange.sendResponseHeaders(200, largeBlob().length);
            exchange.getResponseBody().write(largeBlob(), 0, 10);
            exchange.getResponseBody().flush();
            sleep(3000);
            return true;
        });
        fails(ImageFailure.Kind.UNAVAILABLE, "no byte came");
    }

    @Test
    void aSlowServerIsWaitedFor() {
        node.registry().misbehave(exchange -> {
            if (!isLarge(exchange)) {
                return false;
            }
            // Longer in all than the progress timeout, but never silent for that long.
            exchange.sendResponseHeaders(200, largeBlob().length);
            int step = largeBlob().length / 8 + 1;
            for (int at = 0; at < largeBlob().length; at += step) {
                exchange.getResponseBody().write(largeBlob(), at, Math.min(step, largeBlob().length - at));
                exchange.getResponseBody().flush();
                sleep(100);
            }
            return true;
        });
        assertNotNull(node.pull(node.name("a:1")));
    }

    private static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void otherBytesThanPromisedAreCorrupt() {
        serveLarge(flipped(largeBlob()));
        fails(ImageFailure.Kind.CORRUPT, "should be " + Digest.of(largeBlob()));
        serveLarge(new byte[largeBlob().length]);
        fails(ImageFailure.Kind.CORRUPT, "should be " + Digest.of(largeBlob()));
    }

    @Test
    void moreBytesThanPromisedAreCorrupt() {
        serveLarge(Arrays.copyOf(largeBlob(), largeBlob().length + 1));
        fails(ImageFailure.Kind.CORRUPT, "more than");
    }

    @Test
    void fewerBytesThanPromisedAreATruncatedLayer() {
        byte[] shorter = Arrays.copyOf(largeBlob(), largeBlob().length - 1);
        serveLarge(shorter);
        fails(ImageFailure.Kind.CORRUPT, "less of");
        node.registry().withoutRanges();
        fails(
                ImageFailure.Kind.UNAVAILABLE,
                "ended after %d of %d bytes".formatted(shorter.length, largeBlob().length));
    }

    private void serveLarge(byte[] bytes) {
        node.registry().misbehave(exchange -> {
            if (!isLarge(exchange)) {
                return false;
            }
            node.registry().serveBlob(exchange, bytes);
            return true;
        });
    }

    private static byte[] flipped(byte[] bytes) {
        byte[] other = bytes.clone();
        other[other.length / 2] ^= 1;
        return other;
    }

    @Test
    void aWrongDiffIdIsCorrupt() {
        byte[] plain = new Tars().file("a", "promised").bytes();
        byte[] other = Tars.gzip(new Tars().file("a", "delivered").bytes());
        new TestImage().layer(plain, other).push(node.registry(), "a", "1");
        fails(ImageFailure.Kind.CORRUPT, "should be " + Digest.of(plain));
    }

    @Test
    void anotherManifestThanAskedForIsCorrupt() {
        Digest asked = Digest.of("other".getBytes(UTF_8));
        node.registry().misbehave(exchange -> {
            FakeRegistry.respond(exchange, 200, image.manifest());
            return true;
        });
        ImageFailure failure = node.failsToPull(node.name("a") + "@" + asked);
        assertEquals(ImageFailure.Kind.CORRUPT, failure.kind());
        node.assertEmpty();
    }

    @Test
    void aLayerCountThatDoesNotMatchIsCorrupt() {
        byte[] manifest = new String(image.manifest(), UTF_8)
                .replaceFirst("\"layers\":\\[\\{[^}]*},", "\"layers\":[")
                .getBytes(UTF_8);
        node.registry().manifest("a", "1", manifest, MediaTypes.OCI_MANIFEST);
        fails(ImageFailure.Kind.CORRUPT, "1 layers in its manifest and 2 in its config");
    }

    @Test
    void anEndlessManifestIsCutOff() {
        node.registry().misbehave(exchange -> {
            exchange.sendResponseHeaders(200, 0);
            byte[] chunk = new byte[1 << 16];
            for (int i = 0; i < 1000; i++) {
                exchange.getResponseBody().write(chunk);
            }
            return true;
        });
        fails(ImageFailure.Kind.CORRUPT, "more than");
    }

    @Test
    void indexesWithinIndexesEnd() {
        Digest last = Digest.of(image.manifest());
        byte[] bytes = image.manifest();
        String type = MediaTypes.OCI_MANIFEST;
        for (int i = 0; i < 6; i++) {
            bytes = "{\"schemaVersion\":2,\"mediaType\":\"%s\",\"manifests\":[%s]}"
                    .formatted(MediaTypes.OCI_INDEX, TestImage.descriptor(type, bytes))
                    .getBytes(UTF_8);
            type = MediaTypes.OCI_INDEX;
            last = node.registry().manifest("a", "1", bytes, type);
        }
        assertNotNull(last);
        fails(ImageFailure.Kind.UNSUPPORTED, "indexes within indexes");
    }

    @Test
    void aTraversingLayerLeavesNothing() throws Exception {
        new TestImage()
                .layer(new Tars().file("fine", "x"))
                .layer(new Tars().file("../../../../escaped", "x"))
                .push(node.registry(), "a", "1");
        fails(ImageFailure.Kind.CORRUPT, "tries to leave");
        assertTrue(Files.notExists(dir.resolve("escaped")));
    }

    @Test
    void aFullDiskLeavesNothingAndCanBeTriedAgain() {
        diskFull.set(true);
        fails(ImageFailure.Kind.NO_SPACE, "no space is left on the disk");
        diskFull.set(false);
        assertNotNull(node.pull(node.name("a:1")));
    }

    @Test
    void aRecordThatCannotBeWrittenLeavesNothing() {
        noRecords.set(true);
        fails(ImageFailure.Kind.NO_SPACE, "cannot be recorded");
        noRecords.set(false);
        assertNotNull(node.pull(node.name("a:1")));
    }

    @Test
    void aFailedPullKeepsWhatOthersHave() {
        TestImage good = new TestImage().layer(new Tars().file("small", "x"));
        good.push(node.registry(), "good", "1");
        Image kept = node.pull(node.name("good:1"));
        serveLarge(flipped(largeBlob()));
        node.failsToPull(node.name("a:1"));
        assertEquals(kept, node.service().find(node.name("good:1")));
        assertEquals(1, node.names("layers").size());
        assertNull(node.service().find(node.name("a:1")));
    }

    private void fails(ImageFailure.Kind kind, String why) {
        ImageFailure failure = node.failsToPull(node.name("a:1"));
        assertEquals(kind, failure.kind(), failure.getMessage());
        assertTrue(failure.getMessage().contains(why), failure.getMessage());
        node.assertEmpty();
    }
}
