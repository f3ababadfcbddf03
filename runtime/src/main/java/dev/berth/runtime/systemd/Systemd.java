package dev.berth.runtime.systemd;

/** The systemd of this node. Safe for use by many threads. */
public interface Systemd {
    /**
     * Starts a scope, and its slice where that does not run; returns when the process is in it.
     *
     * @throws SystemdFailure when systemd refuses, does not answer or does not do it in time
     */
    void start(Scope scope);
}
