package dev.berth.runtime.launch;

/**
 * Where the ids of a user namespace lie among the node's: 0 to {@code length - 1} inside are {@code first} to
 * {@code first + length - 1} outside, uids and gids alike.
 *
 * @param first 0 to 2^32-2
 * @param length 1 or more; {@code first + length} is at most 2^32-1
 */
public record IdMap(long first, long length) {
    /** No user namespace but the node's. */
    public static final IdMap NODE = new IdMap(0, 1L << Integer.SIZE);

    /** Whether these are the ids of a user namespace of the pod's own. */
    public boolean own() {
        return !equals(NODE);
    }

    /** Whether an id (unsigned) exists inside. */
    public boolean holds(int id) {
        return Integer.toUnsignedLong(id) < length;
    }

    /**
     * The node's id of an id inside, both unsigned.
     *
     * @throws IllegalArgumentException when it does not exist inside
     */
    public int host(int id) {
        if (!own()) {
            return id;
        }
        if (!holds(id)) {
            throw new IllegalArgumentException("the id %s is not in the pod's user namespace, which has the ids 0 to %d"
                    .formatted(Integer.toUnsignedString(id), length - 1));
        }
        return (int) (first + Integer.toUnsignedLong(id));
    }

    /** The node's id, or the id itself when it does not exist inside. */
    int hostOrSame(int id) {
        return own() && holds(id) ? host(id) : id;
    }

    /** As in /proc/PID/uid_map. */
    public String text() {
        return "0 %d %d".formatted(first, length);
    }
}
