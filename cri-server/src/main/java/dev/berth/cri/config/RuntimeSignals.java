package dev.berth.cri.config;

/** How a stop signal reaches a container of an OCI runtime: sent to its first process, or by the runtime's own command. */
public enum RuntimeSignals {
    PROCESS,
    COMMAND
}
