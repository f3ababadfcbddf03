package dev.berth.runtime.shim;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * What a shim knows of one of its processes.
 *
 * @param started nanoseconds since the epoch
 * @param finished nanoseconds since the epoch; 0 while it runs
 */
public record ProcessState(
        String id, Phase phase, int pid, int status, long started, long finished, long oomKills, long lostLogBytes) {
    /** How far a process is. */
    public enum Phase {
        LAUNCHING,
        RUNNING,
        EXITED
    }

    private static final int ENTRY = 72 + 4 + 4 + 4 + 4 + 8 * 4;

    public int exitCode() {
        return ProcessExit.exitCode(status);
    }

    static List<ProcessState> readAll(ByteBuffer payload) {
        List<ProcessState> states = new ArrayList<>();
        while (payload.remaining() >= ENTRY) {
            String id = Packet.id(payload);
            payload.getInt();
            Phase phase = switch (payload.getInt()) {
                case 0 -> Phase.LAUNCHING;
                case 1 -> Phase.RUNNING;
                default -> Phase.EXITED;
            };
            states.add(new ProcessState(
                    id,
                    phase,
                    payload.getInt(),
                    payload.getInt(),
                    payload.getLong(),
                    payload.getLong(),
                    payload.getLong(),
                    payload.getLong()));
        }
        return states;
    }
}
