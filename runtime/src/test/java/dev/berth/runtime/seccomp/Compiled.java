package dev.berth.runtime.seccomp;

import dev.berth.runtime.capability.CapabilitySet;
import java.nio.charset.StandardCharsets;

/** A compiled profile and a way to ask what it says of a call. */
record Compiled(Architecture machine, FilterInterpreter filter) {
    static final int ALLOW = 0x7fff0000;
    static final int ERRNO = 0x00050000;
    static final int EPERM = ERRNO | 1;
    static final int ENOSYS = ERRNO | 38;
    static final int KILL_PROCESS = 0x80000000;
    static final int KILL_THREAD = 0;
    static final KernelVersion KERNEL = new KernelVersion(6, 1);

    static Compiled of(String json) {
        return of(SeccompProfile.parse(json.getBytes(StandardCharsets.UTF_8)), CapabilitySet.NONE, Architecture.X86_64);
    }

    static Compiled of(SeccompProfile profile, CapabilitySet capabilities, Architecture machine) {
        SeccompProgram program = new SeccompCompiler(machine, KERNEL).compile(profile, capabilities);
        return new Compiled(machine, new FilterInterpreter(program.instructions()));
    }

    /** What happens to a call of the machine's own architecture. */
    int call(String name, long... arguments) {
        return call(machine, name, arguments);
    }

    int call(Architecture architecture, String name, long... arguments) {
        int number = SyscallTable.of(architecture).number(name).orElseThrow();
        return filter.verdict(architecture.auditNumber(), number, arguments);
    }

    int call(int number) {
        return filter.verdict(machine.auditNumber(), number);
    }
}
