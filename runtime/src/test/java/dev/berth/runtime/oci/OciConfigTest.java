package dev.berth.runtime.oci;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.berth.runtime.capability.CapabilitySet;
import dev.berth.runtime.cgroup.DevicePolicy;
import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.kernel.Stat;
import dev.berth.runtime.launch.BindMount;
import dev.berth.runtime.launch.CgroupEntry;
import dev.berth.runtime.launch.CgroupView;
import dev.berth.runtime.launch.ContainerSpec;
import dev.berth.runtime.launch.DeviceNode;
import dev.berth.runtime.launch.ProcessSpec;
import dev.berth.runtime.launch.Rlimit;
import dev.berth.runtime.launch.UserNamespace;
import dev.berth.runtime.plan.Stdio;
import dev.berth.runtime.seccomp.SeccompCompiler;
import dev.berth.runtime.seccomp.SeccompProfile;
import dev.berth.runtime.testing.FakeKernel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The config.json of a container: a usual one word by word, then what differs. */
class OciConfigTest {
    private static final JsonMapper JSON = new JsonMapper();

    private List<BindMount> mounts = List.of(new BindMount(8, "/etc/hosts", false), new BindMount(9, "/data", true));
    private List<String> arguments = List.of("sh", "-c", "true");
    private Stdio stdio = Stdio.container(true, false, false);
    private long propagation = Kernel.MS_PRIVATE;
    private boolean privileged;
    private Surroundings around = new Surroundings(
            "/run/b",
            List.of(new Surroundings.Namespace("network", "/run/netns/n"), new Surroundings.Namespace("pid", null)),
            null,
            null,
            DevicePolicy.all(),
            Map.of());

    private JsonNode json() throws IOException {
        ProcessSpec process = new ProcessSpec(
                arguments,
                List.of("PATH=/bin"),
                "/work",
                new ProcessSpec.Identity(1000, -2, List.of(20)),
                new ProcessSpec.Capabilities(0x3, 0x7, 0x1),
                true,
                null,
                "profile",
                "u:r:container_t:s0",
                new ProcessSpec.OomScore(500, true),
                List.of(new Rlimit(Rlimit.NOFILE, 1024, -1)));
        ContainerSpec spec = new ContainerSpec(
                process,
                3,
                propagation,
                true,
                privileged,
                new ContainerSpec.FileLabel("u:object_r:container_file_t:s0", true),
                "",
                UserNamespace.NODE,
                mounts,
                List.of(new DeviceNode("/dev/x", Stat.S_IFCHR | 0660, 10L << 8 | 229, 0, 6)),
                List.of("/proc/kcore"),
                List.of("/proc/sys"),
                new CgroupEntry(null, List.of()),
                new CgroupView.Unified(false),
                new ContainerSpec.Output(stdio, null, "", 4, null));
        return JSON.readTree(OciConfig.bytes(new FakeKernel(), spec, around));
    }

    @Test
    void aUsualContainerWordByWord() throws Exception {
        assertEquals(JSON.readTree("""
                {"ociVersion": "1.0.2",
                 "process": {
                   "terminal": false,
                   "user": {"uid": 1000, "gid": 4294967294, "umask": 18, "additionalGids": [20]},
                   "args": ["sh", "-c", "true"],
                   "env": ["PATH=/bin"],
                   "cwd": "/work",
                   "capabilities": {
                     "bounding": ["CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_DAC_READ_SEARCH"],
                     "effective": ["CAP_CHOWN", "CAP_DAC_OVERRIDE"],
                     "permitted": ["CAP_CHOWN", "CAP_DAC_OVERRIDE"],
                     "inheritable": ["CAP_CHOWN"],
                     "ambient": ["CAP_CHOWN"]},
                   "rlimits": [{"type": "RLIMIT_NOFILE", "soft": 1024, "hard": 18446744073709551615}],
                   "noNewPrivileges": true,
                   "apparmorProfile": "profile",
                   "selinuxLabel": "u:r:container_t:s0",
                   "oomScoreAdj": 500},
                 "root": {"path": "rootfs", "readonly": true},
                 "mounts": [
                   {"destination": "/proc", "type": "proc", "source": "proc", "options": ["nosuid", "noexec", "nodev"]},
                   {"destination": "/dev", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "mode=755", "size=65536k"]},
                   {"destination": "/dev/pts", "type": "devpts", "source": "devpts",
                    "options": ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"]},
                   {"destination": "/dev/mqueue", "type": "mqueue", "source": "mqueue", "options": ["nosuid", "noexec", "nodev"]},
                   {"destination": "/sys", "type": "sysfs", "source": "sysfs", "options": ["nosuid", "noexec", "nodev", "ro"]},
                   {"destination": "/sys/fs/cgroup", "type": "cgroup", "source": "cgroup", "options": ["nosuid", "noexec", "nodev", "ro"]},
                   {"destination": "/data", "type": "bind", "source": "/run/b/mounts/0", "options": ["rbind"]},
                   {"destination": "/etc/hosts", "type": "bind", "source": "/run/b/mounts/1", "options": ["rbind", "ro", "nosuid"]}],
                 "linux": {
                   "namespaces": [{"type": "mount"}, {"type": "network", "path": "/run/netns/n"}, {"type": "pid"}],
                   "devices": [{"path": "/dev/x", "type": "c", "major": 10, "minor": 229, "fileMode": 432, "uid": 0, "gid": 6}],
                   "maskedPaths": ["/proc/kcore"],
                   "readonlyPaths": ["/proc/sys"],
                   "mountLabel": "u:object_r:container_file_t:s0"},
                 "annotations": {}}
                """).toPrettyString(), json().toPrettyString());
    }

    @Test
    void theShallowestMountComesFirstAndAMountOnDevReplacesOurs() throws Exception {
        mounts = List.of(new BindMount(8, "/dev/deep/er", true), new BindMount(9, "/dev", true));
        List<String> destinations = json().path("mounts")
                .valueStream()
                .map(mount -> mount.path("destination").asText())
                .toList();
        assertEquals(List.of("/proc", "/sys", "/sys/fs/cgroup", "/dev", "/dev/deep/er"), destinations);
    }

    @Test
    void aPrivilegedContainerMayWriteToSys() throws Exception {
        privileged = true;
        mounts = List.of();
        assertFalse(json().path("mounts").toString().contains("\"ro\""));
    }

    @Test
    void propagationOfTheRootIsNamedWhereMountsNeedIt() throws Exception {
        assertTrue(json().path("linux").path("rootfsPropagation").isMissingNode());
        propagation = Kernel.MS_SHARED;
        assertEquals("rshared", json().path("linux").path("rootfsPropagation").asText());
        propagation = Kernel.MS_SLAVE;
        assertEquals("rslave", json().path("linux").path("rootfsPropagation").asText());
    }

    @Test
    void aTerminalIsAskedFor() throws Exception {
        stdio = Stdio.container(true, true, true);
        assertTrue(json().path("process").path("terminal").asBoolean());
    }

    @Test
    void deviceRulesComeWithTheCgroup() throws Exception {
        around = new Surroundings(
                "/run/b", List.of(), null, "/kubepods/pod1/c", DevicePolicy.defaultsAnd(List.of()), Map.of("a", "b"));
        JsonNode json = json();
        JsonNode linux = json.path("linux");
        assertEquals("/kubepods/pod1/c", linux.path("cgroupsPath").asText());
        JsonNode rules = linux.path("resources").path("devices");
        assertEquals("{\"allow\":false,\"access\":\"rwm\"}", rules.path(0).toString());
        assertEquals(
                "{\"allow\":true,\"type\":\"c\",\"access\":\"m\"}",
                rules.path(1).toString());
        assertEquals(
                "{\"allow\":true,\"type\":\"c\",\"major\":1,\"minor\":3,\"access\":\"rwm\"}",
                rules.path(3).toString());
        assertEquals("{\"a\":\"b\"}", json.path("annotations").toString());
        assertEquals(1, linux.path("resources").size());
    }

    @Test
    void theProfileIsTheOneThatConcernsTheContainer() {
        SeccompCompiler compiler = SeccompCompiler.forThisMachine();
        SeccompProfile profile = SeccompProfile.parse("""
                {"defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 1,
                 "syscalls": [
                   {"names": ["read"], "action": "SCMP_ACT_ALLOW"},
                   {"names": ["personality"], "action": "SCMP_ACT_ALLOW",
                    "args": [{"index": 0, "value": 18446744073709551615, "op": "SCMP_CMP_EQ"}]},
                   {"names": ["mount"], "action": "SCMP_ACT_ALLOW", "includes": {"caps": ["CAP_SYS_ADMIN"]}},
                   {"names": ["kexec_load"], "action": "SCMP_ACT_ERRNO", "errnoRet": 1}]}
                """.getBytes(StandardCharsets.UTF_8));
        JsonNode json = compiler.oci(profile, CapabilitySet.DEFAULTS);
        assertEquals("SCMP_ACT_ERRNO", json.path("defaultAction").asText());
        assertEquals(1, json.path("defaultErrnoRet").asInt());
        assertEquals("""
                [{"names":["read"],"action":"SCMP_ACT_ALLOW"},\
                {"names":["personality"],"action":"SCMP_ACT_ALLOW",\
                "args":[{"index":0,"value":18446744073709551615,"valueTwo":0,"op":"SCMP_CMP_EQ"}]}]""", json.path("syscalls").toString());
        assertTrue(json.path("flags").isMissingNode());
        SeccompProfile logging =
                SeccompProfile.parse("{\"defaultAction\": \"SCMP_ACT_LOG\", \"flags\": [\"SECCOMP_FILTER_FLAG_LOG\"]}"
                        .getBytes(StandardCharsets.UTF_8));
        assertEquals(
                "[\"SECCOMP_FILTER_FLAG_LOG\"]",
                compiler.oci(logging, CapabilitySet.NONE).path("flags").toString());
    }

    @Test
    void whatIsTooLongIsRefused() {
        arguments = List.of("x".repeat(OciConfig.MOST_BYTES));
        IllegalArgumentException refusal = assertThrows(IllegalArgumentException.class, this::json);
        assertTrue(String.valueOf(refusal.getMessage()).contains("at most"), refusal.toString());
    }
}
