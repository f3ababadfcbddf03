package dev.berth.tests.critest;

import dev.berth.tests.critest.CritestSession.Server;
import dev.berth.tests.critest.CritestSpec.Outcome;
import dev.berth.tests.node.Project;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Runs critest by hand and prints what failed and what was skipped. */
@Command(
        name = "critest",
        mixinStandardHelpOptions = true,
        description =
                "Runs the critest on PATH with images made here, against a Berth that it starts or any CRI socket.")
public final class CritestCommand implements Callable<Integer> {
    @Option(names = "--focus", description = "only specs that match this expression")
    private @Nullable String focus;

    @Option(names = "--all", description = "also the groups that Berth does not claim yet")
    private boolean all;

    @Option(names = "--socket", description = "the CRI socket of a server that runs already")
    private @Nullable Path socket;

    @Option(names = "--hosts", description = "its folder of HOST/hosts.toml files; mirrors are written there")
    private @Nullable Path hosts;

    @Option(names = "--side-by-side", description = "so many of it at a time (default: ${DEFAULT-VALUE})")
    private int sideBySide = 1;

    @Parameters(arity = "0..*", description = "more flags of critest")
    private List<String> flags = new ArrayList<>();

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new CritestCommand()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        List<String> words = new ArrayList<>(flags);
        if (!all) {
            words.add("-ginkgo.skip=" + Critest.NOT_CLAIMED);
        }
        if (focus != null) {
            words.add("-ginkgo.focus=" + focus);
        }
        Path results = Project.target().resolve("critest");
        List<CritestRun> runs = IntStream.rangeClosed(1, sideBySide)
                .mapToObj(i -> new CritestRun(sideBySide == 1 ? "critest" : "critest-" + i, words))
                .toList();
        List<CritestSpec> specs = CritestSession.run(server(), List.of(runs), results).values().stream()
                .flatMap(List::stream)
                .toList();
        print(specs, results);
        return specs.stream().anyMatch(spec -> spec.outcome() == Outcome.FAILED) ? 1 : 0;
    }

    private Optional<Server> server() {
        if (socket == null) {
            return Optional.empty();
        }
        if (hosts == null) {
            throw new IllegalArgumentException(
                    "--socket needs --hosts, the folder where that server looks for HOST/hosts.toml");
        }
        return Optional.of(new Server(socket.toAbsolutePath(), hosts.toAbsolutePath()));
    }

    private static void print(List<CritestSpec> specs, Path results) {
        for (CritestSpec spec : specs) {
            if (spec.outcome() == Outcome.FAILED || spec.outcome() == Outcome.SKIPPED) {
                System.out.printf(
                        "%s | %s | %s%n",
                        spec.outcome(),
                        spec.name(),
                        spec.message().lines().limit(4).collect(Collectors.joining(" ")));
            }
        }
        Map<Outcome, Long> counts = specs.stream()
                .collect(Collectors.groupingBy(CritestSpec::outcome, TreeMap::new, Collectors.counting()));
        System.out.printf("%s; logs and the report are in %s%n", counts, results);
    }
}
