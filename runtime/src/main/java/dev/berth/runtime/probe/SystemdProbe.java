package dev.berth.runtime.probe;

import dev.berth.runtime.cgroup.CgroupLayout;
import dev.berth.runtime.systemd.Scope;
import dev.berth.runtime.systemd.SliceName;
import dev.berth.runtime.systemd.Systemd;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Has systemd make a scope, as every pod of the systemd cgroup driver needs one. */
public final class SystemdProbe {
    private static final String NAME = "systemd";
    private static final SliceName SLICE = new SliceName("system.slice");

    private SystemdProbe() {}

    public static Finding finding(CgroupLayout layout, Systemd systemd) {
        String cost = "no pod can run with cgroup.driver = \"systemd\"";
        if (!(layout instanceof CgroupLayout.V2)) {
            return Finding.missing(
                    NAME,
                    "the cgroup driver needs cgroup v2 alone; this node has " + layout,
                    cost + "; use \"cgroupfs\"");
        }
        return Finding.of(NAME, cost, () -> scope(systemd));
    }

    /** The scope ends with its only process. */
    private static String scope(Systemd systemd) {
        try {
            Process process = new ProcessBuilder("sleep", "60").start();
            try {
                int pid = Math.toIntExact(process.pid());
                systemd.start(new Scope("berth-check-%d.scope".formatted(pid), SLICE, "Berth tries systemd", pid));
                return "makes scopes";
            } finally {
                process.destroyForcibly().onExit().join();
            }
        } catch (IOException failure) {
            throw new UncheckedIOException("no process could be started to put into a scope", failure);
        }
    }
}
