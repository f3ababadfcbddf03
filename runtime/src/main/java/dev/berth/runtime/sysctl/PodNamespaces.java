package dev.berth.runtime.sysctl;

/** Which namespaces a pod has of its own instead of sharing the host's. */
public record PodNamespaces(boolean ipc, boolean net, boolean uts) {}
