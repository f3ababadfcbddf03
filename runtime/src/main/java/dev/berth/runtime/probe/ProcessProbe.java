package dev.berth.runtime.probe;

import dev.berth.runtime.kernel.Fd;
import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.selinux.SELinux;
import java.nio.file.Path;
import java.util.List;

/** Looks at what the kernel and this process's own rights allow for processes. */
final class ProcessProbe {
    private static final int CAP_SYS_ADMIN = 21;
    private static final int CAP_SYS_RESOURCE = 24;

    private final Kernel kernel;

    ProcessProbe(Kernel kernel) {
        this.kernel = kernel;
    }

    List<Finding> findings() {
        return List.of(
                capability("CAP_SYS_ADMIN", CAP_SYS_ADMIN, "nothing works; run as root"),
                capability(
                        "CAP_SYS_RESOURCE",
                        CAP_SYS_RESOURCE,
                        "containers get no negative oom_score_adj and no resource limits above those of the daemon"),
                seccomp(),
                pidfd(),
                memfd(),
                appArmor(),
                SELinuxProbe.finding(new SELinux(kernel, Path.of("/"))));
    }

    private static Finding capability(String name, int bit, String cost) {
        String effective = ProcFile.status("CapEff");
        boolean held = !effective.isEmpty() && (Long.parseUnsignedLong(effective, 16) >>> bit & 1) == 1;
        return Finding.of(name, cost, held, "held", "not held");
    }

    private static Finding seccomp() {
        String actions = ProcFile.read("/proc/sys/kernel/seccomp/actions_avail");
        boolean filters =
                actions.contains("errno") && !ProcFile.status("Seccomp").isEmpty();
        return Finding.of(
                "seccomp",
                "containers that ask for a seccomp profile are refused",
                filters,
                actions,
                "the kernel has no seccomp filters");
    }

    private Finding pidfd() {
        return Finding.of("pidfd", "containers cannot start", () -> {
            int fd = kernel.pidfdOpen(kernel.getpid());
            kernel.close(fd);
            return "processes are watched by descriptor";
        });
    }

    private Finding memfd() {
        return Finding.of("sealed memory files", "containers cannot start", () -> {
            try (Fd file = new Fd(kernel, kernel.memfdCreate("berth-check", Kernel.MFD_ALLOW_SEALING))) {
                kernel.seal(file.number());
                return "the shim runs from a copy that cannot be changed";
            }
        });
    }

    private static Finding appArmor() {
        String name = "AppArmor";
        if (!ProcFile.read("/sys/module/apparmor/parameters/enabled").equals("Y")) {
            return Finding.missing(
                    name, "not enabled in this kernel", "containers that ask for an AppArmor profile are refused");
        }
        return NodePrograms.find("apparmor_parser").isPresent()
                ? Finding.ok(name, "enabled")
                : Finding.degraded(
                        name,
                        "enabled, but apparmor_parser is not installed",
                        "containers that ask for the runtime's default profile are refused, those that ask for none run without");
    }
}
