package dev.berth.runtime.user;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The users of an image, from its {@code /etc/passwd}; where several lines fit, the first one counts. */
public record Passwd(List<Entry> entries) {
    /** The most bytes that {@link #parse} takes: readers stop there. */
    public static final int MAX_BYTES = ColonFile.MAX_BYTES;

    /** One user. Ids are 0 to 2^32-2. */
    public record Entry(String name, long uid, long gid, String home) {}

    public Passwd {
        entries = List.copyOf(entries);
    }

    /**
     * Reads the bytes of the file; none at all is a file without users. A line whose ids are no ids is no user, so that a request for
     * its name fails instead of becoming root.
     */
    public static Passwd parse(byte[] bytes) {
        return new Passwd(ColonFile.lines("/etc/passwd", bytes, 6).stream()
                .flatMap(Passwd::entry)
                .toList());
    }

    public Optional<Entry> byName(String name) {
        return entries.stream().filter(entry -> entry.name().equals(name)).findFirst();
    }

    public Optional<Entry> byUid(long uid) {
        return entries.stream().filter(entry -> entry.uid() == uid).findFirst();
    }

    private static Stream<Entry> entry(String[] fields) {
        if (fields[0].isEmpty() || !isId(fields[2]) || !isId(fields[3])) {
            return Stream.empty();
        }
        return Stream.of(new Entry(fields[0], Long.parseLong(fields[2]), Long.parseLong(fields[3]), fields[5]));
    }

    private static boolean isId(String text) {
        return UnixId.isNumeric(text) && text.length() <= 10 && UnixId.isValid(Long.parseLong(text));
    }
}
