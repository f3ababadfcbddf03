package dev.berth.runtime.launch;

import dev.berth.runtime.plan.Op;
import dev.berth.runtime.plan.PlanBuilder;
import dev.berth.runtime.plan.Register;

/**
 * The last operations before execve, the same for the first process and for execs. Order matters: the bounding set is dropped
 * while CAP_SETPCAP is held; seccomp without no_new_privs needs CAP_SYS_ADMIN, so it comes before the ids are given up, otherwise
 * as late as possible.
 */
final class ProcessTail {
    private static final int UMASK = 0022;

    private ProcessTail() {}

    /** What is written through a procfs of our own, while privileges are still there. */
    static void score(PlanBuilder plan, Register proc, ProcessSpec process) {
        ProcessSpec.OomScore score = process.oomScore();
        plan.write(
                "setting oom_score_adj to " + score.adjustment(),
                proc,
                "thread-self/oom_score_adj",
                Integer.toString(score.adjustment()),
                score.required() ? 0 : Op.BEST_EFFORT);
    }

    /** What a user namespace does not grant: before it is entered. */
    static void limits(PlanBuilder plan, ProcessSpec process) {
        plan.affinity();
        process.rlimits().forEach(limit -> plan.rlimit(limit.resource(), limit.soft(), limit.hard()));
    }

    /** A session keyring that the process may use, so of its label. */
    static void keyring(PlanBuilder plan, Register proc, ProcessSpec process) {
        if (!process.selinux().isEmpty()) {
            plan.write(
                    "labelling the session keyring " + process.selinux(),
                    proc,
                    "thread-self/attr/keycreate",
                    process.selinux(),
                    Op.BEST_EFFORT);
        }
        plan.keyring();
    }

    static void finish(PlanBuilder plan, Register proc, ProcessSpec process) {
        if (!process.selinux().isEmpty()) {
            plan.write(
                    "taking the SELinux label " + process.selinux(),
                    proc,
                    "thread-self/attr/exec",
                    process.selinux(),
                    0);
        }
        if (!process.apparmor().isEmpty()) {
            String value = "exec " + process.apparmor();
            plan.write(
                    "entering the AppArmor profile " + process.apparmor(),
                    proc,
                    "thread-self/attr/apparmor/exec",
                    value,
                    0);
        }
        plan.umask(UMASK);
        privileges(plan, process);
        plan.exec(
                process.arguments(),
                process.environment(),
                ExecutablePath.candidates(process.arguments().getFirst(), process.environment()));
    }

    private static void privileges(PlanBuilder plan, ProcessSpec process) {
        Bpf seccomp = process.seccomp();
        plan.bounding(process.capabilities().bounding());
        if (process.noNewPrivs()) {
            plan.noNewPrivs();
        } else if (seccomp != null) {
            plan.seccomp(seccomp.instructions(), seccomp.flags());
        }
        ProcessSpec.Identity identity = process.identity();
        plan.ids(identity.uid(), identity.gid(), identity.groups());
        plan.caps(process.capabilities().permitted(), process.capabilities().ambient());
        if (process.noNewPrivs() && seccomp != null) {
            plan.seccomp(seccomp.instructions(), seccomp.flags());
        }
    }
}
