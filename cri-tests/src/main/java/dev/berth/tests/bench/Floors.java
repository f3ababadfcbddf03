package dev.berth.tests.bench;

import dev.berth.tests.node.Command;
import dev.berth.tests.node.NodeFolders;
import dev.berth.tests.node.Programs;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** The C program that does the least the kernel asks for, on command, so that floors interleave with servers. */
final class Floors implements AutoCloseable {
    static final String OPERATION = "floors";
    static final String SPAWN = "posix_spawn of a static true";
    static final String CLONE = "clone3 with six namespaces + exec";
    static final String EXEC = "fork + setns + fork + exec";
    static final String PLUGINS = "CNI ADD by bridge and portmap, bare";
    static final String RELEASE = "CNI DEL by portmap and bridge, bare";

    private static final String BRIDGE = "benchfloor0";

    private final Process process;
    private final BufferedReader answers;
    private final Writer requests;
    private final Path folder;

    private Floors(Process process, Path folder) {
        this.process = process;
        this.folder = folder;
        answers = process.inputReader(StandardCharsets.UTF_8);
        requests = process.outputWriter(StandardCharsets.UTF_8);
    }

    static Floors start() throws IOException, InterruptedException {
        Path programs = Programs.folder();
        Process process = new ProcessBuilder(
                        programs.resolve("floors").toString(),
                        programs.resolve("true").toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        Floors floors = new Floors(process, Files.createTempDirectory("berth-floors"));
        floors.configurePlugins();
        return floors;
    }

    /** All of them once. */
    void round(Results results) throws IOException {
        measure("spawn", results.series(OPERATION, SPAWN));
        measure("clone", results.series(OPERATION, CLONE));
        measure("exec", results.series(OPERATION, EXEC));
        measure(plugins(), results.series(OPERATION, PLUGINS));
        measure("release", results.series(OPERATION, RELEASE));
    }

    /** Does the operation once and counts what its program says. */
    private void measure(String operation, Series series) throws IOException {
        long cpu = MachineCpu.nanos();
        requests.write(operation + "\n");
        requests.flush();
        String answer = answers.readLine();
        if (answer == null || answer.startsWith("-1")) {
            throw new IOException("The floor '%s' cannot be measured: %s".formatted(operation, answer));
        }
        long wall = Long.parseLong(answer.substring(0, answer.indexOf(' ')));
        series.add(wall, MachineCpu.nanos() - cpu);
    }

    /** CNI ADD by bridge and portmap, as a conflist would have it. */
    private String plugins() {
        Path plugins = NodeFolders.cniPlugins();
        return "plugins %s %s %s %s"
                .formatted(
                        plugins.resolve("bridge"),
                        folder.resolve("bridge.json"),
                        plugins.resolve("portmap"),
                        folder.resolve("portmap.json"));
    }

    private void configurePlugins() throws IOException {
        Files.writeString(folder.resolve("bridge.json"), """
                {"cniVersion": "1.0.0", "name": "floor", "type": "bridge", "bridge": "%s", "isGateway": true,
                 "ipMasq": true, "hairpinMode": true,
                 "ipam": {"type": "host-local", "dataDir": "%s", "ranges": [[{"subnet": "10.232.0.0/16"}]],
                          "routes": [{"dst": "0.0.0.0/0"}]}}
                """.formatted(BRIDGE, folder.resolve("leases")));
        Files.writeString(folder.resolve("portmap.json"), """
                {"cniVersion": "1.0.0", "name": "floor", "type": "portmap", "capabilities": {"portMappings": true},
                 "runtimeConfig": {"portMappings": []},
                 "prevResult": {"cniVersion": "1.0.0", "interfaces": [{"name": "eth0", "sandbox": "/proc/self/ns/net"}],
                                "ips": [{"address": "10.232.0.2/16", "interface": 0}], "routes": [], "dns": {}}}
                """);
    }

    @Override
    public void close() throws IOException {
        requests.close();
        try {
            process.waitFor(5, TimeUnit.SECONDS);
            process.destroyForcibly();
            Command.run("ip", "link", "delete", BRIDGE);
            Command.run("rm", "-rf", folder.toString());
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
