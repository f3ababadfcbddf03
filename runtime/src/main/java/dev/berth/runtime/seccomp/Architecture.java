package dev.berth.runtime.seccomp;

import java.util.Optional;
import java.util.Set;

/** A calling convention that a filter can meet on the machines Berth runs on. */
public enum Architecture {
    X86_64(0xC000003E, "SCMP_ARCH_X86_64", "amd64", true),
    AARCH64(0xC00000B7, "SCMP_ARCH_AARCH64", "arm64", true),
    X86(0x40000003, "SCMP_ARCH_X86", "x86", false),
    ARM(0x40000028, "SCMP_ARCH_ARM", "arm", false);

    /** Names of architectures whose calls never arrive here: allowed in profiles and without effect. */
    private static final Set<String> ELSEWHERE = Set.of(
            "SCMP_ARCH_X32",
            "SCMP_ARCH_MIPS",
            "SCMP_ARCH_MIPS64",
            "SCMP_ARCH_MIPS64N32",
            "SCMP_ARCH_MIPSEL",
            "SCMP_ARCH_MIPSEL64",
            "SCMP_ARCH_MIPSEL64N32",
            "SCMP_ARCH_PPC",
            "SCMP_ARCH_PPC64",
            "SCMP_ARCH_PPC64LE",
            "SCMP_ARCH_S390",
            "SCMP_ARCH_S390X",
            "SCMP_ARCH_PARISC",
            "SCMP_ARCH_PARISC64",
            "SCMP_ARCH_RISCV64",
            "SCMP_ARCH_LOONGARCH64",
            "SCMP_ARCH_M68K",
            "SCMP_ARCH_SH",
            "SCMP_ARCH_SHEB");

    private final int auditNumber;
    private final String profileName;
    private final String ruleName;
    private final boolean wide;

    Architecture(int auditNumber, String profileName, String ruleName, boolean wide) {
        this.auditNumber = auditNumber;
        this.profileName = profileName;
        this.ruleName = ruleName;
        this.wide = wide;
    }

    /** The architecture of this machine. */
    public static Architecture current() {
        String name = System.getProperty("os.arch", "");
        return switch (name) {
            case "amd64", "x86_64" -> X86_64;
            case "aarch64", "arm64" -> AARCH64;
            default ->
                throw new IllegalStateException(
                        "this machine's architecture \"%s\" is not supported; it must be x86_64 or aarch64"
                                .formatted(name));
        };
    }

    /** The architecture that a profile calls {@code SCMP_ARCH_…}, or empty when its calls cannot arrive here. */
    static Optional<Architecture> parse(String name) {
        for (Architecture architecture : values()) {
            if (architecture.profileName.equals(name)) {
                return Optional.of(architecture);
            }
        }
        if (!ELSEWHERE.contains(name)) {
            throw new IllegalArgumentException(
                    "seccomp architecture \"%s\" is not known; it must be a name such as SCMP_ARCH_X86_64"
                            .formatted(name));
        }
        return Optional.empty();
    }

    /** The architecture of 32-bit programs on a 64-bit machine of this one. */
    Architecture narrow() {
        return switch (this) {
            case X86_64, X86 -> X86;
            case AARCH64, ARM -> ARM;
        };
    }

    /** AUDIT_ARCH_… of linux/audit.h, as a filter finds it in seccomp_data. */
    int auditNumber() {
        return auditNumber;
    }

    /** The name in the {@code architectures} of a profile. */
    String profileName() {
        return profileName;
    }

    /** The name in {@code includes.arches} and {@code excludes.arches} of a Docker profile. */
    String ruleName() {
        return ruleName;
    }

    /** True where arguments have 64 bits. */
    boolean isWide() {
        return wide;
    }
}
