package dev.berth.runtime.shim;

import java.util.List;
import java.util.stream.IntStream;

/**
 * What follows a container: ends of pipes that the shim gets copies of, -1 for none. They stay their owner's, who closes them
 * once {@link Shim#attach} has returned: the end of the other side is then the shim's doing alone.
 *
 * @param stdin a read end: what comes out of it goes to the container
 * @param stdout a write end for the container's standard output; of a terminal, for all it shows
 * @param stderr a write end
 * @param stdinOnce whether the end of {@code stdin} is also the end of the container's; without it that end detaches
 */
public record Attachment(int stdin, int stdout, int stderr, boolean stdinOnce) {
    private static final int ONCE = 8;

    /** The bits of packet ATTACH. */
    int bits() {
        return (stdin < 0 ? 0 : 1) | (stdout < 0 ? 0 : 2) | (stderr < 0 ? 0 : 4) | (stdinOnce ? ONCE : 0);
    }

    List<Integer> descriptors() {
        return IntStream.of(stdin, stdout, stderr).filter(fd -> fd >= 0).boxed().toList();
    }
}
