package dev.berth.tests.bench;

import dev.berth.cri.v1.ContainerEventResponse;
import dev.berth.cri.v1.ContainerEventType;
import dev.berth.tests.pod.Pods;
import dev.berth.tests.pod.RunningPod;
import dev.berth.tests.stream.SpdyConnection;
import dev.berth.tests.stream.SpdyScript;
import dev.berth.tests.stream.StreamUrls;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** One round of streams and events on one subject, against a pod that stays. All streams are SPDY, which every server speaks. */
final class StreamWorkload implements AutoCloseable {
    static final String EXIT_TO_EVENT = "end of a container -> its event";
    static final String THROUGHPUT = "exec stdout of 64 MiB";
    static final String FORWARD_THROUGHPUT = "port-forward, GET of 64 MiB";

    static final int MEBIBYTES = 64;
    private static final long BYTES = (long) MEBIBYTES << 20;
    private static final int ATTACHED = 100;
    /** Berth takes 32 attached clients a pod. */
    private static final int TALKING = 4;

    private static final int TOGETHER = 40;

    private final Subject subject;
    private final Results results;
    private final StreamUrls urls;
    private final RunningPod pod;
    private final String idle;
    private final SpdyConnection forwarded;
    private final boolean tellsEvents;
    private int stream = 1;
    private int round;

    private StreamWorkload(Subject subject, Results results, RunningPod pod, String idle, boolean tellsEvents)
            throws IOException {
        this.subject = subject;
        this.results = results;
        this.urls = new StreamUrls(subject.client());
        this.pod = pod;
        this.idle = idle;
        this.forwarded = SpdyConnection.open(urls.forward(pod.id()), SpdyScript.FORWARD);
        this.tellsEvents = tellsEvents;
    }

    /** Makes the pod and waits until its server answers. */
    static StreamWorkload start(Subject subject, Results results, boolean tellsEvents)
            throws IOException, InterruptedException {
        Pods pods = subject.pods();
        RunningPod pod = pods.run("streams");
        String idle = pod.start(pods.idle("idle"));
        String serving = pod.start(pods.shell(
                "serving",
                "mkdir /www; dd if=/dev/zero of=/www/big bs=1048576 count=%d; echo ahoy > /www/small; exec httpd -f -p 80 -h /www"
                        .formatted(MEBIBYTES)));
        while (!pod.shell(serving, "wget -qO- http://127.0.0.1/small").contains("ahoy")) {
            Thread.sleep(100);
        }
        return new StreamWorkload(subject, results, pod, idle, tellsEvents);
    }

    /** Whether the server is set up to tell events: CRI-O, say, is only by {@code enable_pod_events}. */
    static boolean tellsEvents(Subject subject) throws InterruptedException {
        try (EventReader events = EventReader.subscribe(subject.client());
                RunningPod probe = subject.pods().run("probe")) {
            String id = probe.start(subject.pods().shell("probe", "exit 0"));
            events.await(event -> stopped(event, Set.of(id)));
            return true;
        } catch (IOException _) {
            System.out.println(subject.name() + " tells no events, so they are left out for it.");
            return false;
        }
    }

    void round() throws Exception {
        round++;
        String name = subject.name();
        for (int i = 0; i < 3; i++) {
            results.measure("exec over SPDY -> first byte", name, this::firstByte);
        }
        results.measure(THROUGHPUT, name, this::output);
        results.measure(FORWARD_THROUGHPUT, name, () -> get("/big", BYTES));
        for (int i = 0; i < 3; i++) {
            results.measure("port-forward, GET of 5 bytes", name, () -> get("/small", 1));
        }
        if (tellsEvents) {
            exits();
        }
    }

    private void firstByte() throws IOException {
        try (SpdyConnection client = SpdyConnection.open(urls.output(idle, "/bin/echo", "ahoy"), SpdyScript.COMMAND)
                .command(false)) {
            client.awaitByte(3);
        }
    }

    private void output() throws IOException {
        try (SpdyConnection client = SpdyConnection.open(
                        urls.output(
                                idle,
                                "/bin/sh",
                                "-c",
                                "dd if=/dev/zero bs=1048576 count=%d 2>/dev/null".formatted(MEBIBYTES)),
                        SpdyScript.COMMAND)
                .command(false)) {
            require(client.drain(3, BYTES), BYTES);
        }
    }

    /** On a new pair of streams of the one connection, to the end of the answer. */
    private void get(String path, long least) throws IOException {
        forwarded.forward(stream, 80);
        forwarded.send(stream + 2, ("GET " + path + " HTTP/1.0\r\n\r\n").getBytes(StandardCharsets.US_ASCII), false);
        require(forwarded.drain(stream + 2, Long.MAX_VALUE), least);
        stream += 4;
    }

    private static void require(long got, long wanted) throws IOException {
        if (got < wanted) {
            throw new EOFException("Only %d of %d bytes came".formatted(got, wanted));
        }
    }

    /** A container that ends by itself, then many that are killed at once. */
    private void exits() throws Exception {
        Pods pods = subject.pods();
        try (EventReader events = EventReader.subscribe(subject.client());
                RunningPod dying = pods.run("dying")) {
            String one = dying.start(pods.shell("one", "exit 3"));
            ContainerEventResponse end = events.await(event -> stopped(event, Set.of(one)));
            long seen = nanos(Instant.now());
            end.getContainersStatusesList().stream()
                    .filter(status -> status.getId().equals(one))
                    .findFirst()
                    .ifPresent(status -> results.series(EXIT_TO_EVENT, subject.name())
                            .add(Math.max(0, seen - status.getFinishedAt()), 0));
            Set<String> all = new HashSet<>();
            for (int i = 0; i < TOGETHER; i++) {
                all.add(dying.start(pods.idle("together-%d-%d".formatted(round, i))));
            }
            results.measureEach(
                    "%d containers killed at once -> their events, each".formatted(TOGETHER),
                    subject.name(),
                    TOGETHER,
                    () -> {
                        dying.stop();
                        while (!all.isEmpty()) {
                            all.remove(
                                    events.await(event -> stopped(event, all)).getContainerId());
                        }
                    });
        }
    }

    private static boolean stopped(ContainerEventResponse event, Set<String> ids) {
        return event.getContainerEventType() == ContainerEventType.CONTAINER_STOPPED_EVENT
                && ids.contains(event.getContainerId());
    }

    private static long nanos(Instant instant) {
        return instant.getEpochSecond() * 1_000_000_000L + instant.getNano();
    }

    /** What clients that follow containers cost: of all processes but containers and this one. */
    String attachedMemory() throws InterruptedException {
        List<RunningPod> talking = new ArrayList<>();
        List<SpdyConnection> clients = new ArrayList<>();
        try {
            List<String> containers = new ArrayList<>();
            for (int i = 0; i < TALKING; i++) {
                RunningPod one = subject.pods().run("talking-" + i);
                talking.add(one);
                containers.add(one.start(subject.pods()
                        .shell("main", "while :; do echo ahoy; sleep 1; done")
                        .setStdin(true)));
            }
            long before = Memory.total();
            for (int i = 0; i < ATTACHED; i++) {
                SpdyConnection client = SpdyConnection.open(
                                urls.attach(containers.get(i % TALKING)), SpdyScript.COMMAND)
                        .command(true);
                clients.add(client);
                client.awaitByte(3);
            }
            Thread.sleep(Duration.ofSeconds(1));
            return "%-12s Pss of %d attached clients: %.1f KiB each%n"
                    .formatted(subject.name(), ATTACHED, (double) (Memory.total() - before) / ATTACHED);
        } catch (IOException failure) {
            return "%-12s %d attached clients were not served: %s after %d%n"
                    .formatted(subject.name(), ATTACHED, failure.getMessage(), clients.size());
        } finally {
            clients.forEach(StreamWorkload::hangUp);
            talking.forEach(RunningPod::close);
        }
    }

    private static void hangUp(SpdyConnection client) {
        try {
            client.close();
        } catch (IOException _) {
            // The server did it before.
        }
    }

    @Override
    public void close() throws IOException {
        forwarded.close();
        pod.close();
    }
}
