package dev.berth.cri.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.util.concurrent.ListenableFuture;
import dev.berth.cri.v1.ContainerEventResponse;
import dev.berth.cri.v1.GetEventsRequest;
import dev.berth.cri.v1.RuntimeServiceGrpc;
import dev.berth.cri.v1.StatusRequest;
import dev.berth.cri.v1.VersionRequest;
import dev.berth.cri.v1.VersionResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class RpcServerTest {
    private static final Duration DEADLINE = Duration.ofSeconds(5);
    private static final Rpc<VersionRequest, VersionResponse> ECHO = request ->
            VersionResponse.newBuilder().setVersion(request.getVersion()).build();

    @TempDir
    private Path directory;

    private final RecordingMeter meter = new RecordingMeter();
    private Path socket;

    @BeforeEach
    void nameTheSocket() {
        socket = directory.resolve("run/berth.sock");
    }

    @AfterEach
    void theSocketIsGone() {
        assertFalse(Files.exists(socket), "a stopped server removes its socket");
    }

    @Test
    void answersACallOnASocketThatOnlyItsOwnerMayUse() throws Exception {
        try (Running server = serve(version(ECHO))) {
            assertEquals("v1", server.ask("v1"));
            assertEquals("rw-------", mode(socket));
            assertEquals("rwx------", mode(directory.resolve("run")));
            assertEquals("Version OK", meter.ended.poll(5, TimeUnit.SECONDS));
        }
    }

    @Test
    void aDirectoryThatExistsKeepsItsMode() throws Exception {
        Files.createDirectory(
                socket.getParent(), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
        try (Running _ = serve(version(ECHO))) {
            assertEquals("rwxr-xr-x", mode(directory.resolve("run")));
        }
    }

    @Test
    void anRpcThatIsNotInTheTableIsUnimplementedAndSaysSo() throws Exception {
        try (Running server = serve(version(ECHO))) {
            Status status = failure(() -> server.client.runtime().status(StatusRequest.getDefaultInstance()));
            assertEquals(Status.Code.UNIMPLEMENTED, status.getCode());
            assertEquals("Berth does not implement the RPC Status.", status.getDescription());
            Status stream = failure(() -> server.client
                    .runtime()
                    .getContainerEvents(GetEventsRequest.getDefaultInstance())
                    .hasNext());
            assertEquals(Status.Code.UNIMPLEMENTED, stream.getCode());
        }
    }

    @Test
    void acceptsMessagesUpToSixteenMebibytes() throws Exception {
        try (Running server = serve(version(request -> VersionResponse.newBuilder()
                .setVersion("" + request.getVersion().length())
                .build()))) {
            assertEquals("16000000", server.ask("x".repeat(16_000_000)));
            Status status = failure(() -> server.ask("x".repeat(17_000_000)));
            assertEquals(Status.Code.RESOURCE_EXHAUSTED, status.getCode());
        }
    }

    @Test
    void aClientThatHangsUpInterruptsItsCallAndNoOther() throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        try (Running server = serve(version(request -> {
            if (request.getVersion().equals("wait")) {
                started.countDown();
                Thread.sleep(Duration.ofMinutes(5));
            }
            return ECHO.call(request);
        }))) {
            ListenableFuture<VersionResponse> call =
                    server.client.runtimeFutures().version(request("wait"));
            assertTrue(started.await(10, TimeUnit.SECONDS));
            call.cancel(true);
            assertEquals("Version CANCELLED cancelled", meter.ended.poll(10, TimeUnit.SECONDS));
            assertEquals("still here", server.ask("still here"));
        }
    }

    @Test
    void aDeadlineInterruptsTheCall() throws Exception {
        try (Running server = serve(version(_ -> {
            Thread.sleep(Duration.ofMinutes(5));
            throw new AssertionError("not interrupted");
        }))) {
            Status status = failure(() -> server.client
                    .runtime()
                    .withDeadlineAfter(100, TimeUnit.MILLISECONDS)
                    .version(request("")));
            assertEquals(Status.Code.DEADLINE_EXCEEDED, status.getCode());
            assertTrue(meter.ended.poll(10, TimeUnit.SECONDS).endsWith(" cancelled"));
        }
    }

    @Test
    void streamsMessagesInOrderAndEnds() throws Exception {
        try (Running server = serve(events((_, out) -> {
            for (int i = 0; i < 1000; i++) {
                out.accept(event("c" + i));
            }
        }))) {
            Iterator<ContainerEventResponse> events =
                    server.client.runtime().getContainerEvents(GetEventsRequest.getDefaultInstance());
            for (int i = 0; i < 1000; i++) {
                assertEquals("c" + i, events.next().getContainerId());
            }
            assertFalse(events.hasNext());
            assertEquals("GetContainerEvents OK", meter.ended.poll(5, TimeUnit.SECONDS));
        }
    }

    @Test
    void aSlowReaderHoldsTheSenderBack() throws Exception {
        CountDownLatch sentAll = new CountDownLatch(1);
        String large = "x".repeat(1 << 20);
        try (Running server = serve(events((_, out) -> {
            for (int i = 0; i < 64; i++) {
                out.accept(event(large));
            }
            sentAll.countDown();
        }))) {
            Iterator<ContainerEventResponse> events =
                    server.client.runtime().getContainerEvents(GetEventsRequest.getDefaultInstance());
            events.next();
            assertFalse(sentAll.await(500, TimeUnit.MILLISECONDS), "64 MiB were buffered for a client that read one");
            for (int i = 1; i < 64; i++) {
                events.next();
            }
            assertTrue(sentAll.await(10, TimeUnit.SECONDS));
        }
    }

    @Test
    void stoppingLetsACallFinishButEndsStreams() throws Exception {
        CountDownLatch started = new CountDownLatch(2);
        CountDownLatch finish = new CountDownLatch(1);
        RpcTable table = RpcTable.builder()
                .all(version(request -> {
                    started.countDown();
                    finish.await();
                    return ECHO.call(request);
                }))
                .all(events((_, out) -> {
                    out.accept(event("first"));
                    started.countDown();
                    Thread.sleep(Duration.ofMinutes(5));
                }))
                .build();
        try (Running server = serve(table)) {
            Iterator<ContainerEventResponse> events =
                    server.client.runtime().getContainerEvents(GetEventsRequest.getDefaultInstance());
            assertEquals("first", events.next().getContainerId());
            ListenableFuture<VersionResponse> call =
                    server.client.runtimeFutures().version(request("late"));
            assertTrue(started.await(10, TimeUnit.SECONDS));
            Thread.ofVirtual().start(() -> {
                assertEquals(Status.Code.UNAVAILABLE, failure(events::next).getCode());
                finish.countDown();
            });
            assertTrue(server.server.stop(DEADLINE));
            assertEquals("late", call.get().getVersion());
        }
    }

    @Test
    void stoppingCancelsWhatDoesNotFinishInTime() throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        try (Running server = serve(version(_ -> {
            started.countDown();
            Thread.sleep(Duration.ofMinutes(5));
            throw new AssertionError("not interrupted");
        }))) {
            ListenableFuture<VersionResponse> _ = server.client.runtimeFutures().version(request(""));
            assertTrue(started.await(10, TimeUnit.SECONDS));
            assertFalse(server.server.stop(Duration.ofMillis(50)));
            String ended = meter.ended.poll(10, TimeUnit.SECONDS);
            assertTrue(
                    List.of("Version CANCELLED cancelled", "Version UNAVAILABLE stopping")
                            .contains(ended),
                    ended);
        }
    }

    @Test
    void replacesASocketThatNobodyListensOn() throws Exception {
        Files.createDirectories(socket.getParent());
        ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        dead.bind(UnixDomainSocketAddress.of(socket));
        dead.close();
        assertTrue(Files.exists(socket));
        try (Running server = serve(version(ECHO))) {
            assertEquals("v1", server.ask("v1"));
        }
    }

    @Test
    void refusesASocketThatAnotherProcessListensOn() throws Exception {
        try (Running server = serve(version(ECHO))) {
            AlreadyServing refusal = assertThrows(AlreadyServing.class, () -> serve(version(ECHO)));
            Sentence.assertSays("Another process listens on " + socket, refusal);
            assertEquals("v1", server.ask("v1"), "the first server still works");
        }
    }

    @Test
    void neverDeletesAFileThatIsNoSocket() throws Exception {
        Files.createDirectories(socket.getParent());
        Files.writeString(socket, "precious");
        AlreadyServing refusal = assertThrows(AlreadyServing.class, () -> serve(version(ECHO)));
        Sentence.assertSays("is not a socket", refusal);
        assertEquals("precious", Files.readString(socket));
        Files.delete(socket);
    }

    private Running serve(RpcTable table) throws IOException {
        return new Running(RpcServer.start(new SocketPath(socket), table, meter), new TestClient(socket));
    }

    private static RpcTable version(Rpc<VersionRequest, VersionResponse> rpc) {
        return RpcTable.builder()
                .unary(RuntimeServiceGrpc.getVersionMethod(), rpc)
                .build();
    }

    private static RpcTable events(StreamRpc<GetEventsRequest, ContainerEventResponse> rpc) {
        return RpcTable.builder().stream(RuntimeServiceGrpc.getGetContainerEventsMethod(), rpc)
                .build();
    }

    private static ContainerEventResponse event(String container) {
        return ContainerEventResponse.newBuilder().setContainerId(container).build();
    }

    private static VersionRequest request(String version) {
        return VersionRequest.newBuilder().setVersion(version).build();
    }

    private static Status failure(org.junit.jupiter.api.function.Executable call) {
        return assertThrows(StatusRuntimeException.class, call).getStatus();
    }

    private static String mode(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    private record Running(RpcServer server, TestClient client) implements AutoCloseable {
        String ask(String version) {
            return client.runtime().version(request(version)).getVersion();
        }

        @Override
        public void close() {
            client.close();
            try {
                server.stop(DEADLINE);
            } catch (InterruptedException interrupted) {
                throw new AssertionError("interrupted while the server stops", interrupted);
            }
        }
    }
}
