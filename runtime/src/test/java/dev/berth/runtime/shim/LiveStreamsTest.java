package dev.berth.runtime.shim;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.runtime.kernel.Errno;
import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.kernel.KernelFailure;
import dev.berth.runtime.kernel.LinuxKernel;
import dev.berth.runtime.kernel.Pipe;
import dev.berth.runtime.launch.ExecPlan;
import dev.berth.runtime.testing.OpenDescriptors;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** Streams in and out of containers of a real shim; needs root and removes all it makes. */
@Timeout(60)
class LiveStreamsTest {
    private static final Kernel KERNEL = new LinuxKernel();
    private static final Duration LIMIT = Duration.ofSeconds(5);
    private static final int LARGE = 300_000;

    private static LiveHelper node;

    @TempDir
    private Path directory;

    private LivePod pod;
    private OpenDescriptors descriptors;

    @BeforeAll
    static void start(@TempDir Path state) throws Exception {
        node = LiveHelper.start(KERNEL, state);
    }

    @AfterAll
    static void end() {
        if (node != null) {
            node.close();
        }
    }

    @BeforeEach
    void makePod() throws Exception {
        pod = new LivePod(KERNEL, node.reactor(), node.helper(), directory);
        pod.launch("warm", "exit 0");
        pod.awaitExit();
        descriptors = OpenDescriptors.now();
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        try {
            descriptors.assertNoMoreAreOpen();
        } finally {
            pod.close();
        }
    }

    @Test
    void aStreamedExecSpeaksThroughPipesOfTheDaemon() throws Exception {
        pod.launch("c1", "busybox sleep 60");
        try (Pipe stdin = Pipe.open(KERNEL);
                Pipe stdout = Pipe.open(KERNEL);
                Pipe stderr = Pipe.open(KERNEL)) {
            CompletableFuture<ProcessExit> end = pod.start(
                    "c1",
                    "e1",
                    "busybox cat; echo err >&2; exit 5",
                    entry -> new ExecPlan.Passed(
                            entry,
                            stdin.readEnd().release(),
                            stdout.writeEnd().release(),
                            stderr.writeEnd().release()));
            write(stdin.writeEnd().number(), "hello");
            stdin.writeEnd().close();
            assertEquals("hello", text(stdout.readEnd().number()));
            assertEquals("err\n", text(stderr.readEnd().number()));
            assertEquals(5, end.get(5, TimeUnit.SECONDS).exitCode());
        }
    }

    @Test
    void anExecOnATerminalIsOnTheContainersAndHasItsSize() throws Exception {
        pod.launch("c1", "busybox sleep 60");
        TerminalExecution execution =
                pod.startOnTerminal("c1", "e1", "busybox tty; read line; busybox stty size; exit 3");
        KERNEL.setWindowSize(execution.master(), 33, 99);
        write(execution.master(), "\n");
        String shown = terminalText(execution.master());
        assertTrue(shown.contains("/dev/pts/0\r\n"), shown);
        assertTrue(shown.endsWith("33 99\r\n"), shown);
        assertEquals(3, execution.end().get(5, TimeUnit.SECONDS).exitCode());
        KERNEL.close(execution.master());
    }

    @Test
    void aTerminalThatTheDaemonLetsGoOfHangsUp() throws Exception {
        pod.launch("c1", "busybox sleep 60");
        TerminalExecution execution = pod.startOnTerminal("c1", "e1", "busybox sleep 60");
        KERNEL.close(execution.master());
        assertTrue(execution.end().get(5, TimeUnit.SECONDS).signalled(1));
    }

    @Test
    void everyAttachedClientSeesAllOutputAndTheLogToo() throws Exception {
        pod.launch("c1", "while ! busybox test -e /go; do busybox sleep 0.01; done; echo out; echo err >&2");
        try (Client one = attach("c1", true, true);
                Client two = attach("c1", true, false)) {
            pod.execute("c1", "e1", "echo > /go");
            assertEquals("out\n", text(one.stdout.readEnd().number()));
            assertEquals("err\n", text(one.stderr.readEnd().number()));
            assertEquals("out\n", text(two.stdout.readEnd().number()));
        }
        pod.awaitExit();
        assertTrue(Files.readString(pod.log("c1")).contains(" stdout F out\n"));
    }

    @Test
    void aClientThatDoesNotReadDisturbsNobody() throws Exception {
        pod.launch("c1", "read go; busybox head -c %d /dev/zero | busybox tr '\\0' x".formatted(LARGE), true, false);
        try (Client slow = attach("c1", true, false);
                Client fast = attach("c1", true, false)) {
            KERNEL.setPipeSize(fast.stdout.readEnd().number(), 1 << 20);
            CompletableFuture<String> all = CompletableFuture.supplyAsync(
                    () -> text(fast.stdout.readEnd().number()));
            write(fast.stdin.writeEnd().number(), "\n");
            assertEquals(0, pod.awaitExit().exitCode());
            assertEquals(LARGE, all.get(5, TimeUnit.SECONDS).length());
            int part = text(slow.stdout.readEnd().number()).length();
            assertTrue(part > 0 && part < LARGE, "the slow one got " + part);
        }
        assertEquals(
                LARGE,
                Files.readString(pod.log("c1")).chars().filter(c -> c == 'x').count());
    }

    @Test
    void theFirstEndOfStdinIsTheContainersWhenItIsToBeAttachedOnce() throws Exception {
        pod.launch("c1", "busybox cat; echo over", true, false);
        try (Client client = attach("c1", true, true)) {
            write(client.stdin.writeEnd().number(), "typed\n");
            client.stdin.writeEnd().close();
            assertEquals("typed\nover\n", text(client.stdout.readEnd().number()));
        }
        assertEquals(0, pod.awaitExit().exitCode());
    }

    @Test
    void withoutOnceAnEndOfStdinDetachesAndTheNextClientIsHeard() throws Exception {
        pod.launch("c1", "read a; read b; echo $a $b", true, false);
        try (Client first = attach("c1", false, false)) {
            write(first.stdin.writeEnd().number(), "one\n");
            first.stdin.writeEnd().close();
            assertEquals("", text(first.stdout.readEnd().number()));
        }
        try (Client second = attach("c1", false, false)) {
            write(second.stdin.writeEnd().number(), "two\n");
            assertEquals("one two\n", text(second.stdout.readEnd().number()));
        }
        pod.awaitExit();
    }

    @Test
    void aContainersTerminalTakesInputAndSizeAndKeepsItsLastWords() throws Exception {
        String script = "read a; busybox stty size; i=0; while [ $i -lt 2000 ]; do echo line $i; i=$((i+1)); done";
        pod.launch("c1", script, true, true);
        try (Client client = attach("c1", false, false)) {
            pod.shim().resize("c1", 40, 132);
            write(client.stdin.writeEnd().number(), "x\n");
            String shown = text(client.stdout.readEnd().number());
            assertTrue(shown.contains("40 132\r\n"), shown);
            assertTrue(shown.endsWith("line 1998\r\nline 1999\r\n"), shown);
        }
        pod.awaitExit();
        assertTrue(Files.readString(pod.log("c1")).endsWith(" stdout F line 1999\r\n"));
    }

    @Test
    void whatDoesNotRunTakesNoClientsAndWhatHasNoTerminalNoSize() throws Exception {
        assertRefused(Errno.ENOENT, () -> attach("none", true, true).close());
        pod.launch("c1", "busybox sleep 60");
        assertRefused(Errno.ENOTTY, () -> pod.shim().resize("c1", 1, 1));
        pod.shim().signal("c1", Kernel.SIGKILL);
        pod.awaitExit();
        assertRefused(Errno.ESRCH, () -> attach("c1", true, true).close());
        assertRefused(Errno.ESRCH, () -> pod.shim().resize("c1", 1, 1));
    }

    @Test
    void theCloseOfTheOtherEndOfAPipeIsHeard() throws Exception {
        try (Pipe pipe = Pipe.open(KERNEL);
                Hangup hangup = node.reactor().hangup(pipe.readEnd().number())) {
            write(pipe.writeEnd().number(), "left");
            pipe.readEnd().close();
            assertFalse(hangup.happened().isDone());
            pipe.writeEnd().close();
            hangup.happened().get(5, TimeUnit.SECONDS);
        }
    }

    @Test
    void connectionsAreMadeInsideThePodOverEitherFamily() throws Exception {
        pod.launch("c1", "echo four > /index.html; exec busybox httpd -f -p 127.0.0.1:8080 -h /");
        pod.launch("c2", "echo six > /index.html; exec busybox httpd -f -p [::1]:8081 -h /");
        assertTrue(heard(8080).endsWith("\nfour\n"));
        assertTrue(heard(8081).endsWith("\nsix\n"));
        KernelFailure refused =
                assertThrows(KernelFailure.class, () -> Loopback.connect(KERNEL, pod.shim(), 8082, LIMIT));
        assertTrue(refused.is(Errno.ECONNREFUSED), refused.getMessage());
        assertRefused(Errno.EINVAL, () -> pod.shim().socket(1));
    }

    /** The server takes a moment to listen. */
    private String heard(int port) throws Exception {
        for (int i = 0; ; i++) {
            try {
                int socket = Loopback.connect(KERNEL, pod.shim(), port, LIMIT);
                write(socket, "GET / HTTP/1.0\r\n\r\n");
                String text = text(socket);
                KERNEL.close(socket);
                return text;
            } catch (KernelFailure early) {
                if (i == 100) {
                    throw early;
                }
                Thread.sleep(20);
            }
        }
    }

    private static void assertRefused(Errno errno, Executable call) {
        KernelFailure failure = assertThrows(KernelFailure.class, call);
        assertEquals(errno, failure.errno());
    }

    private record Client(Pipe stdin, Pipe stdout, Pipe stderr) implements AutoCloseable {
        @Override
        public void close() {
            stdin.close();
            stdout.close();
            stderr.close();
        }
    }

    private Client attach(String container, boolean stderr, boolean once) throws Exception {
        Client client = new Client(Pipe.open(KERNEL), Pipe.open(KERNEL), Pipe.open(KERNEL));
        try {
            pod.shim()
                    .attach(
                            container,
                            new Attachment(
                                    client.stdin.readEnd().number(),
                                    client.stdout.writeEnd().number(),
                                    stderr ? client.stderr.writeEnd().number() : -1,
                                    once));
        } catch (KernelFailure failure) {
            client.close();
            throw failure;
        }
        client.stdin.readEnd().close();
        client.stdout.writeEnd().close();
        client.stderr.writeEnd().close();
        return client;
    }

    private static void write(int fd, String text) {
        byte[] bytes = text.getBytes(UTF_8);
        KERNEL.write(fd, bytes, 0, bytes.length);
    }

    /** All there is until the end. */
    private static String text(int fd) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        byte[] bytes = new byte[65536];
        for (int n; (n = KERNEL.read(fd, bytes, 0, bytes.length)) > 0; ) {
            all.write(bytes, 0, n);
        }
        return all.toString(UTF_8);
    }

    /** A terminal's end is EIO. */
    private static String terminalText(int master) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        byte[] bytes = new byte[4096];
        try {
            while (true) {
                all.write(bytes, 0, KERNEL.read(master, bytes, 0, bytes.length));
            }
        } catch (KernelFailure end) {
            assertEquals(Errno.EIO, end.errno());
            return all.toString(UTF_8);
        }
    }
}
