package dev.berth.runtime.seccomp;

import static dev.berth.runtime.testing.Refusal.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SeccompProfileTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{                                         | not valid JSON",
                "{} {}                                     | not valid JSON",
                "{`a`:1,`a`:2}                             | not valid JSON",
                "[]                                        | it must be a JSON object",
                "7                                         | it must be a JSON object",
                "{}                                        | defaultAction is missing",
                "{`defaultAction`: 7}                      | defaultAction must be a text",
                "{`defaultAction`: `ALLOW`}                | defaultAction: seccomp action `ALLOW` is not known; it must be SCMP_ACT_ALLOW",
                "{`defaultAction`: `SCMP_ACT_NOTIFY`}      | SCMP_ACT_NOTIFY needs a listener",
                "{`defaultAction`: `SCMP_ACT_ERRNO`, `defaultErrnoRet`: 4096} | errnoRet 4096 of SCMP_ACT_ERRNO is out of range",
                "{`defaultAction`: `SCMP_ACT_ERRNO`, `defaultErrnoRet`: -1}   | defaultErrnoRet is -1; it must be a whole number",
                "{A, `architectures`: `SCMP_ARCH_X86`}     | architectures must be a list",
                "{A, `architectures`: [`SCMP_ARCH_VAX`]}   | architectures[0]: seccomp architecture `SCMP_ARCH_VAX` is not known",
                "{A, `architectures`: [`SCMP_ARCH_X86`], `archMap`: []} | architectures and archMap are both set",
                "{A, `archMap`: [{}]}                      | archMap[0].architecture is missing",
                "{A, `archMap`: [{`architecture`: `X`}]}   | archMap[0].architecture: seccomp architecture `X` is not known",
                "{A, `flags`: [`FAST`]}                    | flags[0]: seccomp flag `FAST` is not known",
                "{A, `syscalls`: {}}                       | syscalls must be a list",
                "{A, `syscalls`: [7]}                      | syscalls[0] must be a JSON object",
                "{A, `syscalls`: [{`action`: `SCMP_ACT_ALLOW`}]} | syscalls[0] has no names",
                "{A, `syscalls`: [{`names`: [7], `action`: `SCMP_ACT_ALLOW`}]} | syscalls[0].names[0] must be a text",
                "{A, `syscalls`: [{`name`: `read`, `names`: [`write`]}]} | syscalls[0] has both name and names",
                "{A, `syscalls`: [{`name`: `read`}]}       | syscalls[0].action is missing",
                "{A, `syscalls`: [{`name`: `read`, `action`: `SCMP_ACT_MAYBE`}]} | syscalls[0].action: seccomp action `SCMP_ACT_MAYBE`",
                "{A, `syscalls`: [{`name`: `read`, `action`: `SCMP_ACT_ERRNO`, `errnoRet`: 1.5}]} | syscalls[0].errnoRet is 1.5",
                "{A, `syscalls`: [{R, `args`: [{`index`: 6, `op`: `SCMP_CMP_EQ`}]}]} | syscalls[0].args[0] has index 6; it must be 0 to 5",
                "{A, `syscalls`: [{R, `args`: [{`index`: 0}]}]} | syscalls[0].args[0].op is missing",
                "{A, `syscalls`: [{R, `args`: [{`index`: 0, `op`: `==`}]}]} | args[0].op: seccomp operator `==` is not known; it must be SCMP_CMP_NE",
                "{A, `syscalls`: [{R, `args`: [{`op`: `SCMP_CMP_EQ`, `value`: 18446744073709551616}]}]} | args[0].value is 18446744073709551616",
                "{A, `syscalls`: [{R, `args`: [{`op`: `SCMP_CMP_EQ`, `value`: `1`}]}]} | args[0].value is `1`",
                "{A, `syscalls`: [{R, `includes`: {`caps`: [`CAP_FLY`]}}]} | syscalls[0].includes.caps[0]: capability `CAP_FLY` is not known",
                "{A, `syscalls`: [{R, `includes`: {`minKernel`: `new`}}]} | includes.minKernel: kernel version `new` is not one",
                "{A, `syscalls`: [{R, `excludes`: []}]}    | syscalls[0].excludes must be a JSON object"
            })
    void badProfilesAreRefusedWithThePlaceAndTheReason(String json, String expected) {
        String whole = json.replace('`', '"')
                .replace("{A,", "{\"defaultAction\": \"SCMP_ACT_ALLOW\",")
                .replace("{R,", "{\"name\": \"read\", \"action\": \"SCMP_ACT_ERRNO\",");
        assertRefused(expected.replace('`', '"'), () -> parse(whole));
    }

    @Test
    void profilesBeyondTheBoundsAreRefused() {
        assertRefused("at most 1048576 are read", () -> SeccompProfile.parse(new byte[SeccompProfile.MAX_BYTES + 1]));
        assertRefused("not valid JSON", () -> parse("[".repeat(100_000)));
        assertRefused("not valid JSON", () -> parse("{\"defaultAction\": \"" + "x".repeat(5000) + "\"}"));
        String argument = "{\"op\": \"SCMP_CMP_EQ\"}";
        String arguments = (argument + ",").repeat(64) + argument;
        assertRefused("has 65 args; at most 64 are read", () -> parse("""
                        {"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
                          {"name": "read", "action": "SCMP_ACT_ERRNO", "args": [%s]}]}""".formatted(arguments)));
    }

    @Test
    void damagedProfilesAreRefusedOrReadButNeverBreak() {
        byte[] good = """
                {"defaultAction": "SCMP_ACT_ERRNO", "archMap": [{"architecture": "SCMP_ARCH_X86_64", "subArchitectures": ["SCMP_ARCH_X86"]}],
                 "syscalls": [{"names": ["read"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": 1, "op": "SCMP_CMP_EQ"}],
                 "includes": {"caps": ["CAP_CHOWN"], "minKernel": "4.8"}}]}""".getBytes(StandardCharsets.UTF_8);
        Random random = new Random(1);
        for (int i = 0; i < 20_000; i++) {
            byte[] damaged = good.clone();
            for (int j = 0; j <= random.nextInt(3); j++) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
            }
            parseOrRefuse(damaged);
        }
    }

    private static void parseOrRefuse(byte[] json) {
        try {
            SeccompProfile.parse(json);
        } catch (IllegalArgumentException expected) {
            assertNotEquals(null, expected.getMessage());
        }
    }

    @Test
    void fieldsThatAreNullOrUnknownCountAsAbsent() {
        SeccompProfile profile = parse("""
                {"defaultAction": "SCMP_ACT_ALLOW", "architectures": null, "defaultErrno": "EPERM", "listenerPath": "",
                 "syscalls": [{"names": ["read"], "action": "SCMP_ACT_ERRNO", "args": null, "comment": "", "includes": {}, "excludes": null}]}""");
        assertEquals(List.of(), profile.rules().getFirst().conditions());
        assertEquals(Circumstances.ANY, profile.rules().getFirst().includes());
    }

    @Test
    void architecturesAreListedOrMapped() {
        assertEquals(
                Set.of(Architecture.X86_64, Architecture.X86),
                parse(
                                "{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"architectures\": [\"SCMP_ARCH_X86_64\", \"SCMP_ARCH_X86\", \"SCMP_ARCH_X32\", \"SCMP_ARCH_S390X\"]}")
                        .architectures());
        assertEquals(Set.of(Architecture.X86), parse("""
                        {"defaultAction": "SCMP_ACT_ALLOW", "archMap": [
                          {"architecture": "SCMP_ARCH_X86_64", "subArchitectures": ["SCMP_ARCH_X86", "SCMP_ARCH_X32"]},
                          {"architecture": "SCMP_ARCH_MIPS64", "subArchitectures": ["SCMP_ARCH_ARM"]}]}""").architectures());
    }

    @Test
    void theDigestIsThatOfTheText() {
        String digest = parse("{\"defaultAction\": \"SCMP_ACT_ALLOW\"}").digest();
        assertEquals(64, digest.length());
        assertNotEquals(
                digest, parse("{\"defaultAction\": \"SCMP_ACT_ALLOW\" }").digest());
    }

    @Test
    void kernelVersionsAreComparedByNumber() {
        assertEquals(new KernelVersion(6, 18), KernelVersion.parse("6.18.44-fc-v595"));
        assertEquals(new KernelVersion(4, 8), KernelVersion.parse("4.8"));
        assertEquals(1, KernelVersion.parse("6.10").compareTo(KernelVersion.parse("6.9-rc1")));
        assertThrows(IllegalArgumentException.class, () -> KernelVersion.parse("6"));
        assertThrows(IllegalArgumentException.class, () -> KernelVersion.parse("6.999999"));
    }

    private static SeccompProfile parse(String json) {
        return SeccompProfile.parse(json.getBytes(StandardCharsets.UTF_8));
    }
}
