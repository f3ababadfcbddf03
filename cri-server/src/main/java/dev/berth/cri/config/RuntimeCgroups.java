package dev.berth.cri.config;

/** How an OCI runtime gets a container into its cgroup: told the path, or started in there. */
public enum RuntimeCgroups {
    PATH,
    INHERITED
}
