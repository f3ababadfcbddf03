package dev.berth.cri.pod;

import dev.berth.cri.confinement.Labelling;
import dev.berth.cri.handler.Handlers;
import dev.berth.cri.step.StepWatch;
import dev.berth.runtime.cgroup.Cgroups;
import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.shim.Helper;
import dev.berth.runtime.shim.Reactor;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/**
 * What the verbs of pods stand on.
 *
 * @param launchLimit how long a process may take from its launch to its execve
 */
public record Platform(
        Kernel kernel,
        Reactor reactor,
        Helper helper,
        Cgroups cgroups,
        Handlers handlers,
        PodNetwork network,
        Layout layout,
        PodCgroups podCgroups,
        Duration launchLimit,
        UserNamespaceSupport userNamespaces,
        Labelling labelling,
        StepWatch watch,
        InstantSource clock) {

    /** Nanoseconds since the epoch. */
    public long now() {
        return nanos(clock.instant());
    }

    /** Nanoseconds since the epoch. */
    public static long nanos(Instant now) {
        return Math.addExact(Math.multiplyExact(now.getEpochSecond(), 1_000_000_000L), now.getNano());
    }
}
