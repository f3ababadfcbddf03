package dev.berth.runtime.shim;

import java.util.concurrent.CompletableFuture;

/**
 * A process that was started on a terminal of its own.
 *
 * @param master the terminal's master, to be closed by whoever asked; when its last copy is closed the terminal hangs up
 * @param end completed with the process's end, or with {@link ShimGone}
 */
public record TerminalExecution(int master, CompletableFuture<ProcessExit> end) {}
