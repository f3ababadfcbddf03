package dev.berth.runtime.probe;

import dev.berth.runtime.selinux.SELinux;

/** Says which SELinux labels containers get here. */
final class SELinuxProbe {
    private static final String NAME = "SELinux";

    private SELinuxProbe() {}

    static Finding finding(SELinux selinux) {
        if (!selinux.enabled()) {
            return Finding.missing(
                    NAME, "not enabled in this kernel, or without a policy", "SELinux options of pods are ignored");
        }
        String mode = selinux.enforcing() ? "enforcing" : "permissive";
        SELinux.Defaults defaults = selinux.defaults();
        return defaults == null
                ? Finding.degraded(
                        NAME,
                        "%s, but %s names no labels of containers that are in the policy"
                                .formatted(mode, selinux.contexts()),
                        "containers get no label, and pods with SELinux options are refused")
                : Finding.ok(NAME, "%s, containers are %s".formatted(mode, defaults.process()));
    }
}
