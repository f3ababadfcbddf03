package dev.berth.tests.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.berth.cri.v1.CgroupDriver;
import dev.berth.cri.v1.ContainerStatusRequest;
import dev.berth.cri.v1.HugepageLimit;
import dev.berth.cri.v1.LinuxContainerConfig;
import dev.berth.cri.v1.LinuxContainerResources;
import dev.berth.cri.v1.PodSandboxConfig;
import dev.berth.cri.v1.RuntimeConfigRequest;
import dev.berth.tests.coverage.Covers;
import dev.berth.tests.node.TestNode;
import dev.berth.tests.pod.Pods;
import dev.berth.tests.pod.RunningPod;
import dev.berth.tests.world.OnNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Limits as the kernel has them, which a container reads below /sys/fs/cgroup. */
@OnNode
class ResourcesTest {
    private static final Path CGROUPS = Path.of("/sys/fs/cgroup");
    private static final long MEBIBYTE = 1L << 20;

    private final Pods pods;

    ResourcesTest(TestNode node) {
        pods = node.pods();
    }

    @Test
    @Covers("feature.swap")
    void memoryAndSwapHaveTheirLimits() throws Exception {
        LinuxContainerResources.Builder limits = LinuxContainerResources.newBuilder()
                .setMemoryLimitInBytes(64 * MEBIBYTE)
                .setMemorySwapLimitInBytes(96 * MEBIBYTE);
        if (isUnified()) {
            assumeTrue(isThere("memory.swap.max"), "this kernel does not count swap");
            assertEquals(List.of("67108864", "33554432"), read(limits, "memory.max", "memory.swap.max"));
        } else {
            assumeTrue(isThere("memory/memory.memsw.limit_in_bytes"), "this kernel does not count swap");
            assertEquals(
                    List.of("67108864", "100663296"),
                    read(limits, "memory/memory.limit_in_bytes", "memory/memory.memsw.limit_in_bytes"));
        }
    }

    @Test
    @Covers("feature.hugepages")
    void hugePagesHaveTheirLimits() throws Exception {
        LinuxContainerResources.Builder limits = LinuxContainerResources.newBuilder()
                .addHugepageLimits(HugepageLimit.newBuilder().setPageSize("2MB").setLimit(4 * MEBIBYTE));
        for (String file :
                List.of("hugetlb.2MB.max", "unified/hugetlb.2MB.max", "hugetlb/hugetlb.2MB.limit_in_bytes")) {
            if (isThere(file)) {
                assertEquals(List.of("4194304"), read(limits, file));
                return;
            }
        }
        abort("there is no cgroup of huge pages of 2 MiB");
    }

    @Test
    @Covers("feature.cpuset")
    void processorsAreThoseAskedFor() throws Exception {
        LinuxContainerResources.Builder limits =
                LinuxContainerResources.newBuilder().setCpusetCpus("0").setCpusetMems("0");
        RunningPod pod = pods.run("cpuset");
        String container = pod.start(pods.idle("main").setLinux(linux(limits)));
        assertEquals(
                "0",
                pod.shell(container, "grep Cpus_allowed_list /proc/1/status | cut -f 2")
                        .strip());
        assertEquals(
                "0",
                pod.shell(container, "grep Mems_allowed_list /proc/1/status | cut -f 2")
                        .strip());
    }

    @Test
    @Covers("feature.unified")
    void filesOfTheUnifiedHierarchyAreSetByName() throws Exception {
        assumeTrue(isUnified(), "cgroup v1 has no such files");
        LinuxContainerResources.Builder limits = LinuxContainerResources.newBuilder()
                .putUnified("memory.high", Long.toString(48 * MEBIBYTE))
                .putUnified("pids.max", "77");
        assertEquals(List.of("50331648", "77"), read(limits, "memory.high", "pids.max"));
    }

    @Test
    @Covers("feature.oom-score")
    void theFirstProcessHasItsScore() {
        RunningPod pod = pods.run("score");
        String container = pod.start(pods.idle("main")
                .setLinux(linux(LinuxContainerResources.newBuilder().setOomScoreAdj(777))));
        assertEquals("777", pod.shell(container, "cat /proc/1/oom_score_adj").strip());
    }

    @Test
    @Covers("feature.systemd-driver")
    void containersLiveInTheSliceOfTheirPod() throws Exception {
        CgroupDriver driver = pods.client()
                .runtime()
                .runtimeConfig(RuntimeConfigRequest.getDefaultInstance())
                .getLinux()
                .getCgroupDriver();
        assumeTrue(driver == CgroupDriver.SYSTEMD, "the server was not told to use systemd");
        PodSandboxConfig.Builder config = pods.config("slice");
        config.getLinuxBuilder().setCgroupParent("/berth.slice/berth-test.slice");
        RunningPod pod = pods.run(config.build());
        String container = pod.start(pods.idle("main"));
        // The container sees its own cgroup as the root; the node sees where that is.
        String cgroup = Files.readString(Path.of("/proc/%d/cgroup".formatted(pid(container))));
        assertTrue(cgroup.contains("/berth.slice/berth-test.slice/"), cgroup);
    }

    /** The first process of a container, which crictl too finds in what a verbose status adds. */
    private int pid(String container) throws IOException {
        String info = pods.client()
                .runtime()
                .containerStatus(ContainerStatusRequest.newBuilder()
                        .setContainerId(container)
                        .setVerbose(true)
                        .build())
                .getInfoOrThrow("info");
        return new ObjectMapper().readTree(info).path("pid").asInt();
    }

    private static boolean isUnified() {
        return Files.exists(CGROUPS.resolve("cgroup.controllers"));
    }

    /** Whether cgroups have this file; the root of the unified hierarchy lacks what those below it have. */
    private static boolean isThere(String file) throws IOException {
        Path path = CGROUPS.resolve(file);
        if (Files.notExists(path.getParent())) {
            return false;
        }
        try (Stream<Path> children = Files.list(path.getParent())) {
            return Files.exists(path) || children.anyMatch(child -> Files.exists(child.resolve(path.getFileName())));
        }
    }

    private List<String> read(LinuxContainerResources.Builder limits, String... files) {
        RunningPod pod = pods.run("limits");
        String container = pod.start(pods.idle("main").setLinux(linux(limits)));
        return pod.shell(container, "cd %s; cat %s".formatted(CGROUPS, String.join(" ", files)))
                .lines()
                .toList();
    }

    private static LinuxContainerConfig.Builder linux(LinuxContainerResources.Builder limits) {
        return LinuxContainerConfig.newBuilder().setResources(limits);
    }
}
