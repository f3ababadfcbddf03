package dev.berth.cri.container;

import java.time.Duration;

/** Sees the commands that ran in containers on request, by ExecSync or with streams. */
@FunctionalInterface
public interface ExecWatch {
    /** Called when nothing of a command is left to do; {@code outcome} is ended, or killed when its time was up or its client gone. */
    void took(String outcome, Duration time);
}
