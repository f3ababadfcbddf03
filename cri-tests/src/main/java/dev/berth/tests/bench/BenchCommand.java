package dev.berth.tests.bench;

import dev.berth.tests.node.BerthDaemon;
import dev.berth.tests.node.NodeFolders;
import dev.berth.tests.pod.RunningPod;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Measures CRI servers side by side: interleaved rounds, one long-lived connection each, floors in the same loop. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        description = "Measures CRI servers side by side. CPU is that of the whole machine, this client included.")
public final class BenchCommand implements Callable<Integer> {
    private static final double LEAST_IDLE = 0.85;
    private static final int BUSY = 3;

    @Parameters(arity = "1..*", paramLabel = "NAME=SOCKET", description = "servers that run already")
    private List<String> servers = new ArrayList<>();

    @Option(names = "-n", description = "rounds (default: ${DEFAULT-VALUE})")
    private int rounds = 30;

    @Option(names = "--image", description = "an image with a shell (default: ${DEFAULT-VALUE})")
    private String image = "registry.k8s.io/e2e-test-images/busybox:1.29-2";

    @Option(names = "--pods", description = "idle pods on each server meanwhile (default: ${DEFAULT-VALUE})")
    private int idlePods = 20;

    @Option(names = "--busy", description = "measure although the machine is busy, and say so")
    private boolean allowBusy;

    @Option(names = "--starts", description = "also this many starts of a new Berth to its first answer")
    private int starts;

    @Option(names = "--streams", description = "exec, attach, port-forward and events, in place of starts and lists")
    private boolean streams;

    private final Results results = new Results();
    private @Nullable String warning;

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new BenchCommand()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        double idle = MachineCpu.idleOver(3_000);
        if (idle < LEAST_IDLE) {
            warning = "The machine was only %.0f%% idle before the run: do not trust times.".formatted(100 * idle);
            System.err.println(warning);
            if (!allowBusy) {
                return BUSY;
            }
        }
        Path logs = Files.createTempDirectory("berth-bench");
        List<Subject> subjects = servers.stream()
                .map(server -> Subject.connect(server, image, logs))
                .toList();
        try {
            if (streams) {
                measureStreams(subjects);
            } else {
                for (Subject subject : subjects) {
                    System.out.print(Memory.measure(subject, Math.max(1, idlePods)));
                }
                measure(subjects);
            }
        } finally {
            subjects.forEach(subject -> {
                subject.pods().removeAll();
                subject.client().close();
            });
            Subject.deleteLogs(logs);
        }
        for (int i = 0; i < starts; i++) {
            measureStart();
        }
        if (!streams) {
            System.out.print(results.table(subjects.getFirst().name()));
            subjects.forEach(subject -> System.out.print(floorTable(subject.name())));
        }
        if (warning != null) {
            System.out.println(warning);
        }
        System.out.printf("Idle after the run: %.0f%%%n", 100 * MachineCpu.idleOver(2_000));
        return 0;
    }

    private void measure(List<Subject> subjects) throws Exception {
        for (Subject subject : subjects) {
            for (int i = 0; i < idlePods; i++) {
                RunningPod pod = subject.pods()
                        .run(subject.pods().hostNetwork("idle" + i).build());
                pod.start(subject.pods().idle("main"));
            }
        }
        Workload warmUp = new Workload(new Results());
        for (Subject subject : subjects) {
            warmUp.client(subject);
            warmUp.round(subject);
            warmUp.round(subject);
        }
        Workload workload = new Workload(results);
        try (Floors floors = Floors.start()) {
            for (int i = 0; i < rounds; i++) {
                floors.round(results);
                for (int j = 0; j < subjects.size(); j++) {
                    // Another order each round, so that none always follows the same one.
                    workload.round(subjects.get((i + j) % subjects.size()));
                }
            }
        }
    }

    private void measureStreams(List<Subject> subjects) throws Exception {
        Results warmUp = new Results();
        List<StreamWorkload> workloads = new ArrayList<>();
        try {
            for (Subject subject : subjects) {
                boolean tellsEvents = StreamWorkload.tellsEvents(subject);
                StreamWorkload first = StreamWorkload.start(subject, warmUp, tellsEvents);
                first.round();
                first.close();
                workloads.add(StreamWorkload.start(subject, results, tellsEvents));
            }
            for (int i = 0; i < rounds; i++) {
                results.measure(
                        StreamWorkload.THROUGHPUT,
                        "plain pipe + socket",
                        () -> PlainCopy.run((long) StreamWorkload.MEBIBYTES << 20));
                for (int j = 0; j < workloads.size(); j++) {
                    workloads.get((i + j) % workloads.size()).round();
                }
            }
            // Before what a server may refuse, so that the times are not lost with it.
            printStreams(subjects);
            for (StreamWorkload workload : workloads) {
                System.out.print(workload.attachedMemory());
            }
        } finally {
            for (StreamWorkload workload : workloads) {
                workload.close();
            }
        }
    }

    private void printStreams(List<Subject> subjects) {
        System.out.print(results.table(subjects.getFirst().name()));
        subjects.forEach(subject -> System.out.printf(
                "%-12s p99 of '%s': %.3f ms%n",
                subject.name(),
                StreamWorkload.EXIT_TO_EVENT,
                results.series(StreamWorkload.EXIT_TO_EVENT, subject.name()).quantile(0.99)));
    }

    private String floorTable(String subject) {
        return "%nTo the floor, %s:%n".formatted(subject)
                + results.toFloor(subject, Workload.POD_HOST, Floors.CLONE)
                + results.toFloor(subject, Workload.POD_BRIDGE, Floors.PLUGINS)
                + results.toFloor(subject, Workload.POD_BRIDGE_END, Floors.RELEASE)
                + results.toFloor(subject, Workload.CONTAINER, Floors.CLONE)
                + results.toFloor(subject, Workload.FIRST_BYTE, Floors.CLONE)
                + results.toFloor(subject, Workload.EXEC, Floors.EXEC);
    }

    private void measureStart() throws Exception {
        NodeFolders folders = NodeFolders.create();
        try {
            BerthDaemon[] daemon = new BerthDaemon[1];
            results.measure("daemon start -> Version answered", "berth", () -> daemon[0] = BerthDaemon.start(folders));
            daemon[0].terminate();
        } finally {
            folders.delete();
        }
    }
}
