package dev.berth.tests.clients;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.berth.tests.apiserver.ApiServer;
import dev.berth.tests.node.Command;
import dev.berth.tests.node.Project;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A real kubelet with the configuration that we ship, in a folder of its own: it stands alone or serves an API server. */
final class Kubelet implements AutoCloseable {
    private static final String API = "https://127.0.0.1:10250";
    static final String NODE = "node1";
    private static final int PATIENCE_SECONDS = 180;

    /** A kubelet on cgroup v1 refuses to run beside a second hierarchy, so it gets a view without. */
    private static final String START = """
            mount --make-rprivate /sys/fs/cgroup
            if mountpoint -q /sys/fs/cgroup/unified; then umount /sys/fs/cgroup/unified; fi
            exec kubelet "$@" -v 2
            """;

    private final Process process;
    private final Path folder;

    private Kubelet(Process process, Path folder) {
        this.process = process;
        this.folder = folder;
    }

    /** Starts one with these feature gates on and returns when it is healthy. */
    static Kubelet start(Path folder, Path socket, String... gates) throws IOException, InterruptedException {
        return start(folder, socket, List.of(), gates);
    }

    /** Starts one that serves this API server. */
    static Kubelet join(Path folder, Path socket, ApiServer server) throws IOException, InterruptedException {
        Path kubeconfig = Files.createDirectories(folder).resolve("kubeconfig");
        Files.writeString(kubeconfig, """
                apiVersion: v1
                kind: Config
                clusters: [{name: test, cluster: {server: "%s"}}]
                contexts: [{name: test, context: {cluster: test, user: ""}}]
                current-context: test
                """.formatted(server.url()));
        return start(folder, socket, List.of("--kubeconfig", kubeconfig.toString()));
    }

    private static Kubelet start(Path folder, Path socket, List<String> flags, String... gates)
            throws IOException, InterruptedException {
        for (String name : List.of("root", "manifests", "logs", "plugins")) {
            Files.createDirectories(folder.resolve(name));
        }
        Files.writeString(folder.resolve("resolv.conf"), "nameserver 10.96.0.10\n");
        Path config = Files.writeString(folder.resolve("config.yaml"), configuration(folder, socket, gates));
        List<String> command =
                new ArrayList<>(List.of("unshare", "--mount", "--propagation", "unchanged", "sh", "-ec", START, "sh"));
        command.addAll(List.of("--config", config.toString(), "--hostname-override", NODE));
        command.addAll(List.of("--root-dir", folder.resolve("root").toString()));
        command.addAll(flags);
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("kubelet.log").toFile())
                .start();
        Kubelet kubelet = new Kubelet(process, folder);
        for (int i = 0; i < 200 && process.isAlive(); i++) {
            if (Command.run("curl", "-fsk", API + "/healthz").status() == 0) {
                return kubelet;
            }
            Thread.sleep(200);
        }
        kubelet.close();
        throw new IOException("The kubelet is not healthy; see target/kubelet.log");
    }

    private static String configuration(Path folder, Path socket, String... gates) throws IOException {
        String shipped = Files.readString(Project.root().resolve("deploy/kubelet/config.yaml"));
        return shipped.replace("unix:///run/berth/berth.sock", "unix://" + socket)
                        .replace(
                                "/etc/kubernetes/manifests",
                                folder.resolve("manifests").toString())
                + """
                podLogsDir: %1$s/logs
                resolvConf: %1$s/resolv.conf
                volumePluginDir: %1$s/plugins
                makeIPTablesUtilChains: false
                fileCheckFrequency: 1s
                contentType: application/json
                featureGates: {%2$s}
                """.formatted(
                        folder,
                        Arrays.stream(gates).map(gate -> gate + ": true").collect(Collectors.joining(", ")));
    }

    void addManifest(String name, String yaml) throws IOException {
        // Written beside and moved, so that it is never read half.
        Path file = Files.writeString(folder.resolve(name + ".yaml"), yaml);
        Files.move(file, folder.resolve("manifests").resolve(name + ".yaml"), StandardCopyOption.ATOMIC_MOVE);
    }

    void removeManifest(String name) throws IOException {
        Files.delete(folder.resolve("manifests").resolve(name + ".yaml"));
    }

    /** The status of a static pod as the kubelet reports it; missing when it knows none of that name. */
    JsonNode status(String pod) throws IOException, InterruptedException {
        for (JsonNode item : new ObjectMapper().readTree(get("/pods")).path("items")) {
            if (item.path("metadata").path("name").asText().equals(pod + "-" + NODE)) {
                return item.path("status");
            }
        }
        return new ObjectMapper().missingNode();
    }

    /** Runs a command in a container by the kubelet's API. */
    String run(String pod, String container, String command) throws IOException, InterruptedException {
        return Command.mustRun(
                "curl",
                "-sk",
                "-G",
                "-X",
                "POST",
                "%s/run/default/%s-%s/%s".formatted(API, pod, NODE, container),
                "--data-urlencode",
                "cmd=" + command);
    }

    String logs(String pod, String container) throws IOException, InterruptedException {
        return get("/containerLogs/default/%s-%s/%s".formatted(pod, NODE, container));
    }

    /** Waits until the status of a static pod is so. */
    JsonNode await(String pod, Predicate<JsonNode> condition) throws IOException, InterruptedException {
        JsonNode status = status(pod);
        for (int i = 0; i < 2 * PATIENCE_SECONDS; i++) {
            if (condition.test(status)) {
                return status;
            }
            Thread.sleep(500);
            status = status(pod);
        }
        throw new AssertionError("Pod %s did not get there: %s".formatted(pod, status));
    }

    /** Waits until a page that Prometheus scrapes has a line like this. */
    void awaitMetric(String path, Pattern line) throws IOException, InterruptedException {
        for (int i = 0; i < 2 * PATIENCE_SECONDS; i++) {
            if (line.matcher(get(path)).find()) {
                return;
            }
            Thread.sleep(500);
        }
        throw new AssertionError("%s has no line like %s: %s".formatted(path, line, get(path)));
    }

    /** Waits until all pages tell what a container of this pod uses. */
    void awaitUsage(String pod, String container) throws IOException, InterruptedException {
        String labels = "\\{[^}]*container=\"%s\"[^}]*pod=\"%s-%s\"[^}]*\\} ".formatted(container, pod, NODE);
        awaitMetric("/metrics/resource", Pattern.compile("container_memory_working_set_bytes" + labels));
        awaitMetric("/metrics/resource", Pattern.compile("container_cpu_usage_seconds_total" + labels));
        for (int i = 0; i < 2 * PATIENCE_SECONDS; i++) {
            for (JsonNode one : statsSummary().path("pods")) {
                JsonNode main = one.path("containers").path(0);
                if (one.path("podRef").path("name").asText().startsWith(pod)
                        && main.path("name").asText().equals(container)
                        && main.path("memory").path("workingSetBytes").asLong() > 0) {
                    return;
                }
            }
            Thread.sleep(500);
        }
        throw new AssertionError("The summary does not tell the memory of " + pod + ": " + statsSummary());
    }

    JsonNode statsSummary() throws IOException, InterruptedException {
        return new ObjectMapper().readTree(get("/stats/summary"));
    }

    private static String get(String path) throws IOException, InterruptedException {
        return Command.mustRun("curl", "-sk", API + path);
    }

    /** Ends it and removes the cgroups that it made. */
    @Override
    public void close() throws IOException {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
            Command.run(
                    "sh", "-c", "find /sys/fs/cgroup -depth -type d -path '*/kubepods*' -exec rmdir {} + 2>/dev/null");
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        Files.copy(
                folder.resolve("kubelet.log"),
                Project.target().resolve("kubelet.log"),
                StandardCopyOption.REPLACE_EXISTING);
    }
}
