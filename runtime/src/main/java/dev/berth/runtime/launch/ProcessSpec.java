package dev.berth.runtime.launch;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A process in a container: what it runs, as whom and confined how. The same for the first process and for execs.
 *
 * @param arguments at least one
 * @param environment {@code NAME=value}, last wins; the PATH in it is searched for an executable without a slash
 * @param cwd absolute, below the container's root
 * @param noNewPrivs whether execve may not grant privileges
 * @param seccomp the BPF program, null for unconfined
 * @param apparmor the profile, empty for none
 * @param selinux the label, empty for the launcher's own or what the policy makes of it
 */
public record ProcessSpec(
        List<String> arguments,
        List<String> environment,
        String cwd,
        Identity identity,
        Capabilities capabilities,
        boolean noNewPrivs,
        @Nullable Bpf seccomp,
        String apparmor,
        String selinux,
        OomScore oomScore,
        List<Rlimit> rlimits) {

    /** Ids of a process; {@code groups} holds every supplementary group. Ids are unsigned 32 bit. */
    public record Identity(int uid, int gid, List<Integer> groups) {
        public Identity {
            groups = List.copyOf(groups);
        }
    }

    /** Capability sets as bit masks; the inheritable set equals the ambient one. */
    public record Capabilities(long permitted, long bounding, long ambient) {}

    /**
     * The value of oom_score_adj.
     *
     * @param required false where the node does not grant lowering it, so that a refusal is no failure
     */
    public record OomScore(int adjustment, boolean required) {}

    public ProcessSpec {
        arguments = List.copyOf(arguments);
        environment = List.copyOf(environment);
        rlimits = List.copyOf(rlimits);
    }

    /** The same process with other arguments and environment, as an exec has them. */
    public ProcessSpec running(List<String> command, List<String> withEnvironment) {
        return new ProcessSpec(
                command,
                withEnvironment,
                cwd,
                identity,
                capabilities,
                noNewPrivs,
                seccomp,
                apparmor,
                selinux,
                oomScore,
                rlimits);
    }
}
