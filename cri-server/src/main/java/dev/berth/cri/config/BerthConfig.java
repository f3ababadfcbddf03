package dev.berth.cri.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The settings that Berth runs with. Each is described where its key is defined; {@code berth config} shows all of them.
 *
 * @param socket where kubelet and crictl connect
 * @param state records that live until the next boot
 * @param root images, layers and what else outlives a boot
 * @param shim the program that holds one pod each
 * @param cdi directories of CDI specs, the last one counting most
 * @param metrics where Prometheus scrapes; empty for off
 * @param podMetrics whether it sees what pods and containers use
 * @param runtimes OCI runtimes by the name of their runtime handler
 */
public record BerthConfig(
        Path socket,
        Path state,
        Path root,
        Path shim,
        LogLevel logLevel,
        Cni cni,
        Images images,
        Cgroup cgroup,
        Pods pods,
        Containers containers,
        List<Path> cdi,
        Streaming streaming,
        Optional<Address> metrics,
        boolean podMetrics,
        Timeouts timeouts,
        Map<String, Handler> runtimes) {

    /** The pod network. */
    public record Cni(Path confDir, List<Path> binDirs, Duration timeout, Optional<Path> confTemplate) {}

    /** Pulls and what is kept. */
    public record Images(
            Path registryConfigDir,
            Optional<Path> dockerConfig,
            List<String> pinned,
            int maxConcurrentDownloads,
            Duration progressTimeout) {}

    /**
     * Who makes cgroups, and where.
     *
     * @param parent the cgroup of pods whose request names none, for example {@code /berth}
     * @param writable whether a container may make cgroups below its own
     */
    public record Cgroup(CgroupDriver driver, String parent, boolean writable) {}

    /**
     * What a pod's network gets that its request leaves open.
     *
     * @param unprivilegedPorts whether any user may listen on ports below 1024
     * @param unprivilegedIcmp whether any group may ping
     */
    public record Pods(boolean unprivilegedPorts, boolean unprivilegedIcmp) {}

    /** What a container gets that its request leaves open. */
    public record Containers(boolean seccompDefault, boolean selinux, List<Ulimit> ulimits) {}

    /** Where exec, attach and port-forward connect; over TLS when both files are given. */
    public record Streaming(
            Address address, Duration idleTimeout, Optional<Path> tlsCertFile, Optional<Path> tlsKeyFile) {}

    /**
     * An OCI runtime.
     *
     * @param root where it keeps its state; empty for a directory of Berth's own
     * @param args global arguments, before the subcommand
     * @param annotations names of annotations that reach it
     */
    public record Handler(
            Path path,
            Optional<Path> root,
            List<String> args,
            RuntimeCgroups cgroups,
            RuntimeSignals signals,
            List<String> annotations) {}

    /**
     * How long things may take.
     *
     * @param launch the start of a container
     * @param stop the calls in flight when Berth stops
     */
    public record Timeouts(Duration launch, Duration stop) {}
}
