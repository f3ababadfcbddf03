package dev.berth.tests.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.berth.cri.v1.ContainerConfig;
import dev.berth.cri.v1.NamespaceMode;
import dev.berth.tests.node.Footprint;
import dev.berth.tests.node.TestNode;
import dev.berth.tests.pod.Pods;
import dev.berth.tests.pod.RunningPod;
import dev.berth.tests.stream.SpdyScript;
import dev.berth.tests.stream.StreamUrls;
import dev.berth.tests.stream.WebSocketScript;
import dev.berth.tests.world.NodeExtension;
import dev.berth.tests.world.OnlyBerth;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Clients that are gone at any byte of their session leave nothing: no process, descriptor, thread or token. */
@OnlyBerth("looks into its process")
class VanishingClientsTest {
    private static final int CLIENTS = 200;
    private static final int AT_A_TIME = 8;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int MOST_READ = 200_000;
    /** Neither a hangup nor a broken pipe ends it, and it has a child. */
    private static final String STUBBORN =
            "trap '' HUP PIPE; cat & while :; do echo aboard 2>/dev/null; sleep 0.1; done";

    private static final String TALKING = "while :; do head -c 100000 /dev/zero | tr '\\0' x; echo; sleep 0.2; done";
    private static final String SERVING =
            "mkdir /www; head -c 1000000 /dev/zero > /www/big; exec httpd -f -p 80 -h /www";

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private static TestNode node;
    private static StreamUrls urls;
    private static RunningPod pod;
    private static String idle;
    private static String talking;
    private static ContainerConfig talker;

    @BeforeAll
    static void start() throws Exception {
        assumeTrue(NodeExtension.isAllowed(), NodeExtension.NEEDS_WORLD);
        node = TestNode.start("berthgone0");
        Pods pods = node.pods();
        urls = new StreamUrls(node.client());
        // The pod's first process reaps what its parent left; that of a container would have to do so itself.
        pod = pods.run(pods.config("harbour")
                .setLinux(Pods.linux(NamespaceMode.POD, NamespaceMode.POD))
                .build());
        idle = pod.start(pods.idle("idle"));
        talker = pods.shell("talking", TALKING).setStdin(true).build();
        talking = pod.start(talker.toBuilder());
        pod.start(pods.shell("serving", SERVING));
    }

    @AfterAll
    static void stop() throws IOException {
        HTTP.close();
        if (node != null) {
            node.close();
        }
    }

    @Test
    void clientsThatVanishAtRandomBytesLeaveNothing() throws Exception {
        runClients(24, new Random(1));
        awaitLittle();
        Footprint before = Footprint.of(node.folders(), node.daemon().pid());
        int unused = offers();
        long seed = System.nanoTime();
        unused += runClients(CLIENTS, new Random(seed));
        List<String> left = left(before, unused);
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!left.isEmpty() && System.nanoTime() < end) {
            Thread.sleep(200);
            left = left(before, unused);
        }
        assertEquals(List.of(), left, "with the seed " + seed);
        long lines = Files.size(pod.logFile(talker));
        Thread.sleep(500);
        assertTrue(Files.size(pod.logFile(talker)) > lines, "the container that was attached to writes no more");
        assertEquals("fine", pod.shell(idle, "printf fine"));
    }

    /** The first sessions warm up what a JVM opens once and keeps. */
    private static void awaitLittle() throws Exception {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < end
                && (gauge("berth_stream_clients") > 0 || !threads().isEmpty())) {
            Thread.sleep(200);
        }
    }

    /** How many of them were gone before they had used their token. */
    private static int runClients(int count, Random random) throws Exception {
        List<Future<Boolean>> clients = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(AT_A_TIME)) {
            for (int i = 0; i < count; i++) {
                int kind = i;
                Random own = new Random(random.nextLong());
                clients.add(threads.submit(() -> vanish(kind, own)));
            }
        }
        int unused = 0;
        for (Future<Boolean> client : clients) {
            unused += client.get() ? 0 : 1;
        }
        return unused;
    }

    /** Whether the request was sent as a whole. */
    private static boolean vanish(int kind, Random random) throws IOException {
        URI url = switch (kind % 3) {
            case 0 -> urls.exec(idle, false, "/bin/sh", "-c", STUBBORN);
            case 1 -> urls.attach(talking);
            default -> urls.forward(pod.id());
        };
        boolean webSocket = kind / 3 % 2 == 0;
        boolean forward = kind % 3 == 2;
        byte[] request = webSocket
                ? WebSocketScript.upgrade(url, forward ? WebSocketScript.FORWARD : WebSocketScript.COMMAND)
                : SpdyScript.upgrade(url, forward ? SpdyScript.FORWARD : SpdyScript.COMMAND);
        byte[] session = webSocket ? webSocket(forward) : spdy(forward);
        // Most get past the request.
        int sent = random.nextInt(8) == 0
                ? random.nextInt(request.length)
                : request.length + random.nextInt(session.length + 1);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(request);
        bytes.writeBytes(session);
        try (Socket socket = new Socket(url.getHost(), url.getPort())) {
            socket.getOutputStream().write(bytes.toByteArray(), 0, sent);
            int got = sent < request.length ? 0 : read(socket, random);
            if (got > 0 && random.nextBoolean()) {
                socket.setSoLinger(true, 0);
            }
        }
        return sent >= request.length;
    }

    private static int read(Socket socket, Random random) throws IOException {
        int wanted = random.nextInt(MOST_READ);
        int patience = 1 + random.nextInt(200);
        // What comes in drops never times out.
        long end = System.nanoTime() + 2L * patience * 1_000_000;
        socket.setSoTimeout(patience);
        byte[] buffer = new byte[4096];
        int got = 0;
        try {
            for (int n = socket.getInputStream().read(buffer); n > 0 && got < wanted && System.nanoTime() < end; ) {
                got += n;
                n = socket.getInputStream().read(buffer);
            }
        } catch (SocketTimeoutException _) {
            // It has not sent more.
        }
        return got;
    }

    private static byte[] spdy(boolean forward) {
        SpdyScript script = new SpdyScript();
        if (forward) {
            forwarding(script);
        } else {
            script.open(1, "streamtype", "error")
                    .open(3, "streamtype", "stdin")
                    .open(5, "streamtype", "stdout")
                    .open(7, "streamtype", "stderr")
                    .data(3, text("ahoy\n".repeat(200)), false);
        }
        return script.take();
    }

    private static void forwarding(SpdyScript script) {
        for (int id = 1; id < 17; id += 4) {
            String request = Integer.toString(id);
            script.open(id, "streamtype", "error", "port", "80", "requestid", request)
                    .data(id, new byte[0], true)
                    .open(id + 2, "streamtype", "data", "port", "80", "requestid", request)
                    .data(id + 2, text("GET /big HTTP/1.0\r\n\r\n"), false);
        }
    }

    private static byte[] webSocket(boolean forward) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        if (forward) {
            SpdyScript script = new SpdyScript();
            forwarding(script);
            bytes.writeBytes(WebSocketScript.message(script.take()));
        } else {
            for (int i = 0; i < 20; i++) {
                bytes.writeBytes(WebSocketScript.message(text("\0" + "ahoy\n".repeat(10))));
            }
        }
        return bytes.toByteArray();
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static List<String> left(Footprint before, int unused) throws Exception {
        long daemon = node.daemon().pid();
        List<String> left = new ArrayList<>(threads());
        int clients = (int) gauge("berth_stream_clients");
        if (clients > 0) {
            left.add(clients + " clients");
        }
        if (offers() > unused) {
            left.add("%d tokens, of which %d were not used".formatted(offers(), unused));
        }
        if (left.isEmpty()) {
            Footprint.of(node.folders(), daemon).since(before).stream()
                    .filter(thing -> !isTalking(thing) && !isSomebodyElses(thing))
                    .forEach(left::add);
        }
        return left;
    }

    /** The container that is attached to starts and ends processes all the time. */
    private static boolean isTalking(String thing) {
        return thing.startsWith("process ")
                && (thing.contains("head ")
                        || thing.contains("tr ")
                        || thing.contains("sleep ")
                        || thing.endsWith(" 0.2"));
    }

    /** Cgroups are those of the whole machine. */
    private static boolean isSomebodyElses(String thing) {
        String node = VanishingClientsTest.node.folders().folder().getFileName().toString();
        return thing.startsWith("cgroup ") && !thing.contains(node);
    }

    private static int offers() throws Exception {
        return (int) gauge("berth_stream_offers");
    }

    /** Threads of sessions. */
    private static List<String> threads() throws IOException {
        List<String> found = new ArrayList<>();
        try (Stream<Path> tasks =
                Files.list(Path.of("/proc/%d/task".formatted(node.daemon().pid())))) {
            for (Path task : tasks.toList()) {
                try {
                    String name = Files.readString(task.resolve("comm")).strip();
                    if (name.startsWith("stream ")) {
                        found.add("thread " + name);
                    }
                } catch (NoSuchFileException _) {
                    // It ended while we looked.
                }
            }
        }
        return found;
    }

    private static double gauge(String name) throws Exception {
        URI page = URI.create("http://%s/metrics".formatted(node.folders().metricsAddress()));
        String text = HTTP.send(HttpRequest.newBuilder(page).build(), BodyHandlers.ofString())
                .body();
        return text.lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no metric " + name));
    }
}
