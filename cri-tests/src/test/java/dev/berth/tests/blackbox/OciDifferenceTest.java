package dev.berth.tests.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.berth.cri.v1.ContainerConfig;
import dev.berth.cri.v1.LinuxContainerConfig;
import dev.berth.cri.v1.LinuxContainerResources;
import dev.berth.cri.v1.LinuxContainerSecurityContext;
import dev.berth.cri.v1.Mount;
import dev.berth.cri.v1.NamespaceMode;
import dev.berth.cri.v1.SecurityProfile;
import dev.berth.cri.v1.SecurityProfile.ProfileType;
import dev.berth.tests.node.Programs;
import dev.berth.tests.node.TestNode;
import dev.berth.tests.pod.LogLine;
import dev.berth.tests.pod.Pods;
import dev.berth.tests.pod.RunningPod;
import dev.berth.tests.world.NodeExtension;
import dev.berth.tests.world.OnlyBerth;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a process sees of one and the same container by the built-in handler and by an OCI runtime; docs/map.md explains the differences. */
@ExtendWith(NodeExtension.class)
@OnlyBerth("is told its handlers")
class OciDifferenceTest {
    private static final String LOOK = """
            grep -E '^(Uid|Gid|Groups|Umask|Cap...|NoNewPrivs|Seccomp|Cpus_allowed_list|Sig...):' /proc/1/status
            sed 's/  */ /g' /proc/1/limits
            env
            pwd
            hostname
            echo "oom $(cat /proc/1/oom_score_adj)"
            ls /proc/1/fd
            ls -l /dev | sed 's/  */ /g; s/ [A-Z][a-z][a-z] [ 0-9]* [0-9:]* / /; s/^total.*//'
            while read -r _ _ _ _ point options rest; do
              rest=${rest##*- }
              case $point in / | /etc/*) rest=;; esac
              echo "mount $point $options ${rest%% *}"
            done </proc/self/mountinfo
            """;

    @TempDir
    private static Path folder;

    private static TestNode node;
    private static Set<String> builtIn;

    @BeforeAll
    static void start() throws Exception {
        assumeTrue(!OciRuntimes.present().isEmpty(), "neither crun nor runc is installed");
        node = TestNode.start("berthoci1", "--config=" + OciRuntimes.configure(folder));
        builtIn = look("");
        List<String> known = List.of(
                "call 165 mount EPERM",
                "call 39 getpid allowed",
                "command's call 165 mount EPERM",
                "keys mark found",
                "another container's keys mark Required key not available");
        assertEquals(known, known.stream().filter(builtIn::contains).toList());
    }

    @AfterAll
    static void end() throws Exception {
        if (node != null) {
            node.close();
        }
    }

    static List<String> handlers() {
        return OciRuntimes.present();
    }

    @ParameterizedTest
    @MethodSource("handlers")
    void onlyWhatIsExplainedDiffers(String handler) throws Exception {
        Set<String> differences = new TreeSet<>();
        Set<String> others = look(handler);
        builtIn.stream().filter(fact -> !others.contains(fact)).forEach(fact -> differences.add("- " + fact));
        others.stream().filter(fact -> !builtIn.contains(fact)).forEach(fact -> differences.add("+ " + fact));
        differences.removeIf(difference -> accepted(handler).stream().anyMatch(difference::matches));
        assertEquals("", String.join("\n", differences));
    }

    private static List<String> accepted(String handler) {
        // How cgroup v1 hierarchies are shown: a writable tmpfs, the freezer as well, v2 not at all.
        String cgroups = "[+-] mount /sys/fs/cgroup.*";
        // A libseccomp kills who makes a call of x32, and knows no calls younger than itself.
        String x32 = "[+-] .*(getpid of x32 ENOSYS|the next one SIGSYS)";
        return switch (handler) {
            case "crun" ->
                List.of(
                        cgroups,
                        "[+-] mount /proc/sys ro,.* proc",
                        x32,
                        "[+-] .*call (459|4[6-9]\\d|500) .*",
                        "[+-] .*keys .* keyring.*[ ;](_ses|ID|_uid_ses.0)");
            case "runc" ->
                List.of(
                        cgroups,
                        "- .* core -> /proc/kcore",
                        x32,
                        "[+-] .*call (45[7-9]|46\\d|470) .*",
                        "[+-] .*keys .* keyring.*[ ;]_ses(.ID)?",
                        "[+-] command's keys mark .*");
            default -> List.of();
        };
    }

    private static Set<String> look(String handler) throws Exception {
        Pods pods = node.pods();
        Set<String> facts = new TreeSet<>();
        try (RunningPod pod = pods.run(pods.config("same").build(), handler)) {
            ContainerConfig.Builder main = pods.shell("main", LOOK)
                    .setWorkingDir("/made/for/it")
                    .setLinux(LinuxContainerConfig.newBuilder()
                            .setSecurityContext(security(ProfileType.RuntimeDefault))
                            .setResources(LinuxContainerResources.newBuilder()
                                    .setOomScoreAdj(500)
                                    .setMemoryLimitInBytes(64L << 20)));
            facts.addAll(said(pod, main));
            facts.addAll(verdicts(pods, pod));
            facts.addAll(keyrings(pods, pod));
        }
        return facts;
    }

    /** What the filter of a container, and of a command in it, says to every system call. */
    private static Set<String> verdicts(Pods pods, RunningPod pod) throws Exception {
        Set<String> facts = new TreeSet<>();
        said(pod, withPrograms(pods.container("calls", "/programs/verdicts"), ProfileType.RuntimeDefault))
                .forEach(verdict -> facts.add("call " + verdict));
        String idle = pod.start(withPrograms(pods.idle("idle"), ProfileType.RuntimeDefault));
        pod.shell(idle, "/programs/verdicts").lines().forEach(verdict -> facts.add("command's call " + verdict));
        return facts;
    }

    /** The keys of a container that puts one called "mark" into its session, of a command in it, and of another container. */
    private static Set<String> keyrings(Pods pods, RunningPod pod) throws Exception {
        String script = "/programs/keyrings mark >/tmp/new; mv /tmp/new /tmp/first; exec top -b -d 600";
        String shown = "sed -E 's/^[^ ]+ [^ ]+ +[0-9]+ //; s/  +/ /g; s/: [^:]*$//' /proc/keys";
        String container = pod.start(withPrograms(pods.shell("keyrings", script), ProfileType.Unconfined));
        Set<String> facts = new TreeSet<>();
        pod.shell(container, "until cat /tmp/first 2>/dev/null; do sleep 0.05; done; " + shown)
                .lines()
                .forEach(fact -> facts.add("keys " + fact));
        pod.shell(container, "/programs/keyrings").lines().forEach(fact -> facts.add("command's keys " + fact));
        said(pod, withPrograms(pods.container("other", "/programs/keyrings"), ProfileType.Unconfined))
                .forEach(fact -> facts.add("another container's keys " + fact));
        return facts.stream()
                .map(fact -> fact.replaceAll("\\b[0-9a-f]{64}\\b", "ID").strip())
                .collect(Collectors.toSet());
    }

    private static ContainerConfig.Builder withPrograms(ContainerConfig.Builder container, ProfileType seccomp)
            throws Exception {
        return container
                .addMounts(Mount.newBuilder()
                        .setHostPath(Programs.folder().toString())
                        .setContainerPath("/programs")
                        .setReadonly(true))
                .setLinux(LinuxContainerConfig.newBuilder().setSecurityContext(security(seccomp)));
    }

    private static LinuxContainerSecurityContext.Builder security(ProfileType seccomp) {
        return LinuxContainerSecurityContext.newBuilder()
                .setNoNewPrivs(true)
                .setSeccomp(SecurityProfile.newBuilder().setProfileType(seccomp))
                .addMaskedPaths("/proc/kcore")
                .addReadonlyPaths("/proc/sys")
                .setNamespaceOptions(Pods.linux(NamespaceMode.POD, NamespaceMode.CONTAINER)
                        .getSecurityContext()
                        .getNamespaceOptions());
    }

    private static Set<String> said(RunningPod pod, ContainerConfig.Builder container) throws Exception {
        return pod.runToEnd(container).stream()
                .map(LogLine::text)
                .map(line -> line.replace(pod.id(), "POD"))
                .filter(line -> !line.isBlank())
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
