package dev.berth.cri.container;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.cri.failure.CriFailure;
import dev.berth.cri.streaming.ProcessStreams;
import dev.berth.cri.v1.AttachRequest;
import dev.berth.cri.v1.ContainerConfig;
import dev.berth.cri.v1.ExecRequest;
import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.kernel.KernelFailure;
import dev.berth.runtime.kernel.LinuxKernel;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Streams of real containers; needs root and a world in which it may mount. */
@Timeout(60)
class LiveContainerStreamsTest {
    private static final Kernel KERNEL = new LinuxKernel();

    private LiveContainers live;
    private ContainerStreams streams;

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        live = LiveContainers.start(KERNEL, directory);
        streams = new ContainerStreams(live.parts());
    }

    @AfterEach
    void end() throws Exception {
        live.close();
    }

    @Test
    void anExecHasItsStreamsAndItsCodeAndLeavesNothing() throws Exception {
        live.run("c1", ContainerConfig.getDefaultInstance(), "sleep 60");
        OpenDescriptors before = OpenDescriptors.now();
        try (ProcessStreams exec = streams.exec(exec("c1", "cat; echo err >&2; exit 5")
                .setStdin(true)
                .setStderr(true)
                .build())) {
            write(exec.stdin(), "hello");
            KERNEL.close(exec.stdin());
            assertEquals("hello", text(exec.stdout()));
            assertEquals("err\n", text(exec.stderr()));
            assertEquals(5, exec.awaitExit());
            closeAll(exec.stdout(), exec.stderr());
        }
        before.assertNoMoreAreOpen();
        assertEquals(0, live.leaves("c1"));
    }

    @Test
    void aCommandThatCannotBeExecutedIsRefusedAndLeavesNothing() throws Exception {
        live.run("c1", ContainerConfig.getDefaultInstance(), "sleep 60");
        ExecRequest pipes = exec("c1", "").clearCmd().addCmd("/none").build();
        ExecRequest terminal = pipes.toBuilder().setTty(true).build();
        // The JVM itself opens files for what it loads the first time.
        assertThrows(CriFailure.class, () -> streams.exec(pipes));
        assertThrows(CriFailure.class, () -> streams.exec(terminal));
        OpenDescriptors before = OpenDescriptors.now();
        for (int i = 0; i < 5; i++) {
            assertThrows(CriFailure.class, () -> streams.exec(pipes));
            assertThrows(CriFailure.class, () -> streams.exec(terminal));
        }
        before.assertNoMoreAreOpen();
        assertEquals(0, live.leaves("c1"));
    }

    @Test
    void aClientThatGoesTakesAllOfItsExecAlong() throws Exception {
        live.run("c1", ContainerConfig.getDefaultInstance(), "sleep 60");
        ProcessStreams exec = streams.exec(exec("c1", "sleep 1000 & sleep 1000").build());
        assertEquals(1, live.leaves("c1"));
        exec.close();
        exec.close();
        assertEquals(128 + Kernel.SIGKILL, exec.awaitExit());
        assertEquals(0, live.leaves("c1"));
        closeAll(exec.stdout());
    }

    @Test
    void anExecOnATerminalHasASizeAndKnowsItsKind() throws Exception {
        live.run("c1", ContainerConfig.getDefaultInstance(), "sleep 60");
        OpenDescriptors before = OpenDescriptors.now();
        try (ProcessStreams exec = streams.exec(exec("c1", "read x; stty size; echo $TERM")
                .setTty(true)
                .setStdin(true)
                .build())) {
            exec.resize(99, 33);
            write(exec.stdin(), "\n");
            String shown = text(exec.stdout());
            assertTrue(shown.endsWith("33 99\r\nxterm\r\n"), shown);
            assertEquals(0, exec.awaitExit());
            closeAll(exec.stdin(), exec.stdout());
        }
        before.assertNoMoreAreOpen();
    }

    @Test
    void anAttachedClientSpeaksHearsAndLearnsTheExitCode() throws Exception {
        ContainerConfig config =
                ContainerConfig.newBuilder().setStdin(true).setStdinOnce(true).build();
        live.run("c1", config, "cat; exit 3");
        OpenDescriptors before = OpenDescriptors.now();
        try (ProcessStreams attach =
                streams.attach(attach("c1").setStdin(true).setStderr(true).build())) {
            write(attach.stdin(), "typed\n");
            KERNEL.close(attach.stdin());
            assertEquals("typed\n", text(attach.stdout()));
            assertEquals(3, attach.awaitExit());
            closeAll(attach.stdout(), attach.stderr());
        }
        before.assertNoMoreAreOpen();
    }

    @Test
    void anAttachmentThatEndsAloneIsNoFailure() throws Exception {
        live.run("c1", ContainerConfig.newBuilder().setStdin(true).build(), "sleep 60");
        try (ProcessStreams attach = streams.attach(attach("c1").setStdin(true).build())) {
            KERNEL.close(attach.stdin());
            assertEquals("", text(attach.stdout()));
            assertEquals(0, attach.awaitExit());
            closeAll(attach.stdout());
        }
        ProcessStreams gone = streams.attach(attach("c1").build());
        gone.close();
        assertEquals(0, gone.awaitExit());
        assertEquals(-1, gone.stdin());
        closeAll(gone.stdout());
    }

    @Test
    void aPortOfThePodIsReachedAndAClosedOneSaysSo() throws Exception {
        live.run("c1", ContainerConfig.getDefaultInstance(), "echo four > /index.html; exec httpd -f -p 8080 -h /");
        int socket = -1;
        for (int i = 0; socket < 0; i++) {
            try {
                socket = streams.connect(live.pod().id(), 8080);
            } catch (CriFailure early) {
                assertTrue(i < 100 && early.kind() == CriFailure.Kind.UNAVAILABLE, early.sentence());
                Thread.sleep(20);
            }
        }
        write(socket, "GET / HTTP/1.0\r\n\r\n");
        assertTrue(text(socket).endsWith("four\n"));
        closeAll(socket);
        CriFailure refused =
                assertThrows(CriFailure.class, () -> streams.connect(live.pod().id(), 8081));
        assertTrue(refused.sentence().contains("nothing listens"), refused.sentence());
        assertFalse(refused.sentence().contains("connect("), refused.sentence());
    }

    private static ExecRequest.Builder exec(String id, String script) {
        return ExecRequest.newBuilder()
                .setContainerId(id)
                .addCmd("/bin/busybox")
                .addCmd("sh")
                .addCmd("-c")
                .addCmd(script)
                .setStdout(true);
    }

    private static AttachRequest.Builder attach(String id) {
        return AttachRequest.newBuilder().setContainerId(id).setStdout(true);
    }

    private static void closeAll(int... fds) {
        IntStream.of(fds).forEach(KERNEL::close);
    }

    private static void write(int fd, String text) {
        byte[] bytes = text.getBytes(UTF_8);
        KERNEL.write(fd, bytes, 0, bytes.length);
    }

    /** All there is until the end, which is EIO of a terminal. */
    private static String text(int fd) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        byte[] bytes = new byte[65536];
        try {
            for (int n; (n = KERNEL.read(fd, bytes, 0, bytes.length)) > 0; ) {
                all.write(bytes, 0, n);
            }
        } catch (KernelFailure _) {
            // The end.
        }
        return all.toString(UTF_8);
    }
}
