package dev.berth.tests.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.berth.cri.v1.ContainerConfig;
import dev.berth.cri.v1.LinuxContainerConfig;
import dev.berth.cri.v1.LinuxContainerResources;
import dev.berth.cri.v1.LinuxContainerSecurityContext;
import dev.berth.cri.v1.NamespaceMode;
import dev.berth.cri.v1.SecurityProfile;
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
        return switch (handler) {
            case "crun" -> List.of(cgroups, "[+-] mount /proc/sys ro,.* proc");
            case "runc" -> List.of(cgroups, "- .* core -> /proc/kcore");
            default -> List.of();
        };
    }

    private static Set<String> look(String handler) throws Exception {
        Pods pods = node.pods();
        try (RunningPod pod = pods.run(pods.config("same").build(), handler)) {
            LinuxContainerSecurityContext.Builder security = LinuxContainerSecurityContext.newBuilder()
                    .setNoNewPrivs(true)
                    .setSeccomp(SecurityProfile.newBuilder().setProfileType(SecurityProfile.ProfileType.RuntimeDefault))
                    .addMaskedPaths("/proc/kcore")
                    .addReadonlyPaths("/proc/sys")
                    .setNamespaceOptions(Pods.linux(NamespaceMode.POD, NamespaceMode.CONTAINER)
                            .getSecurityContext()
                            .getNamespaceOptions());
            ContainerConfig.Builder config = pods.shell("main", LOOK)
                    .setWorkingDir("/made/for/it")
                    .setLinux(LinuxContainerConfig.newBuilder()
                            .setSecurityContext(security)
                            .setResources(LinuxContainerResources.newBuilder()
                                    .setOomScoreAdj(500)
                                    .setMemoryLimitInBytes(64L << 20)));
            return pod.runToEnd(config).stream()
                    .map(LogLine::text)
                    .map(line -> line.replace(pod.id(), "POD"))
                    .filter(line -> !line.isBlank())
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }
}
