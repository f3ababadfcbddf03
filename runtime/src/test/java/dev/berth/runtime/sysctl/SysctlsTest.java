package dev.berth.runtime.sysctl;

import static dev.berth.runtime.testing.Refusal.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SysctlsTest {
    private static final PodNamespaces OWN = new PodNamespaces(true, true, true);
    private static final PodNamespaces HOST = new PodNamespaces(false, false, false);

    @ParameterizedTest
    @CsvSource({
        "kernel.shm_rmid_forced, sys/kernel/shm_rmid_forced",
        "kernel/shm_rmid_forced, sys/kernel/shm_rmid_forced",
        "fs.mqueue.msg_max, sys/fs/mqueue/msg_max",
        "net.ipv4.ip_local_port_range, sys/net/ipv4/ip_local_port_range",
        "net.ipv4.conf.eth0/100.rp_filter, sys/net/ipv4/conf/eth0.100/rp_filter",
        "net/ipv4/conf/eth0.100/rp_filter, sys/net/ipv4/conf/eth0.100/rp_filter",
        "kernel.domainname, sys/kernel/domainname",
        "kernel.sem, sys/kernel/sem"
    })
    void namesBecomePathsBelowProc(String name, String path) {
        assertEquals(List.of(new SysctlWrite(path, "1")), Sysctls.plan(Map.of(name, "1"), OWN));
    }

    @Test
    void writesComeInTheOrderOfTheirPaths() {
        assertEquals(
                List.of(
                        new SysctlWrite("sys/fs/mqueue/msg_max", "100"),
                        new SysctlWrite("sys/net/ipv4/ip_local_port_range", "1024 65535"),
                        new SysctlWrite("sys/net/ipv4/tcp_syncookies", "0")),
                Sysctls.plan(
                        Map.of(
                                "net.ipv4.tcp_syncookies", "0",
                                "fs.mqueue.msg_max", "100",
                                "net.ipv4.ip_local_port_range", "1024 65535"),
                        OWN));
        assertEquals(List.of(), Sysctls.plan(Map.of(), HOST));
    }

    @Test
    void aPlusInAValueIsAPlusInAValue() {
        String value = "1+kernel.core_pattern=|/bin/evil";
        assertEquals(
                List.of(new SysctlWrite("sys/kernel/shm_rmid_forced", value)),
                Sysctls.plan(Map.of("kernel.shm_rmid_forced", value), OWN));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "net",
                "net.",
                ".net.ipv4",
                "net..ipv4",
                "net/../kernel/core_pattern",
                "net/./ipv4",
                "/net/ipv4",
                "net.ipv4.conf.//.x",
                "net.ipv4.ip_forward\n",
                "net.ipv4 .x",
                "net.ipv4.\u00e9",
                "net.ipv4\0.x"
            })
    void malformedNamesAreRefused(String name) {
        assertRefused("is malformed", () -> Sysctls.plan(Map.of(name, "1"), OWN));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "kernel.core_pattern",
                "kernel.shmmax.x",
                "vm.overcommit_memory",
                "fs.file-max",
                "fs.mqueuex.a",
                "network.a",
                "user.max_user_namespaces",
                "kernel/net.ipv4",
                "kernel.semx"
            })
    void parametersOfTheWholeNodeAreRefused(String name) {
        assertRefused("belongs to no namespace", () -> Sysctls.plan(Map.of(name, "1"), OWN));
    }

    @ParameterizedTest
    @CsvSource({"net.ipv4.ip_forward, network", "kernel.msgmax, IPC", "fs.mqueue.msg_max, IPC", "kernel.domainname, UTS"
    })
    void parametersOfTheHostsNamespacesAreRefused(String name, String namespace) {
        assertRefused(
                "sysctl \"%s\" needs a %s namespace of the pod's own".formatted(name, namespace),
                () -> Sysctls.plan(Map.of(name, "1"), HOST));
    }

    @Test
    void theHostnameIsSetElsewhere() {
        assertRefused("set by its hostname field", () -> Sysctls.plan(Map.of("kernel.hostname", "x"), OWN));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1\n2", "1\0"})
    void valuesAreOneLine(String value) {
        assertRefused("must be one line", () -> Sysctls.plan(Map.of("kernel.sem", value), OWN));
    }

    @Test
    void oneParameterIsSetOnce() {
        assertRefused(
                "is set twice",
                () -> Sysctls.plan(Map.of("net.ipv4.ip_forward", "1", "net/ipv4/ip_forward", "0"), OWN));
    }

    @Test
    void sizesAreBounded() {
        assertRefused("longer than 4095 bytes", () -> Sysctls.plan(Map.of("kernel.sem", "1".repeat(4096)), OWN));
        assertRefused("is malformed", () -> Sysctls.plan(Map.of("net." + "x".repeat(300), "1"), OWN));
        Map<String, String> many =
                IntStream.range(0, 257).boxed().collect(Collectors.toMap(i -> "net.ipv4.x" + i, _ -> "1"));
        assertRefused("at most 256 are taken", () -> Sysctls.plan(many, OWN));
    }
}
