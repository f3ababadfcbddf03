package dev.berth.runtime.user;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The groups of an image, from its {@code /etc/group}; where several lines fit a name, the first one counts. */
public record Group(List<Entry> entries) {
    /** The most bytes that {@link #parse} takes: readers stop there. */
    public static final int MAX_BYTES = ColonFile.MAX_BYTES;

    /** One group and the names of its members. The id is 0 to 2^32-2. */
    public record Entry(String name, long gid, List<String> members) {}

    public Group {
        entries = List.copyOf(entries);
    }

    /** Reads the bytes of the file; none at all is a file without groups, and a line whose id is no id is no group. */
    public static Group parse(byte[] bytes) {
        return new Group(ColonFile.lines("/etc/group", bytes, 3).stream()
                .flatMap(Group::entry)
                .toList());
    }

    public Optional<Entry> byName(String name) {
        return entries.stream().filter(entry -> entry.name().equals(name)).findFirst();
    }

    /** The ids of all groups that list the user as a member. */
    public List<Long> gidsOf(String user) {
        return entries.stream()
                .filter(entry -> entry.members().contains(user))
                .map(Entry::gid)
                .toList();
    }

    private static Stream<Entry> entry(String[] fields) {
        if (fields[0].isEmpty() || !UnixId.isNumeric(fields[2]) || fields[2].length() > 10) {
            return Stream.empty();
        }
        long gid = Long.parseLong(fields[2]);
        List<String> members = fields.length > 3 ? Arrays.asList(fields[3].split(",", -1)) : List.of();
        return UnixId.isValid(gid) ? Stream.of(new Entry(fields[0], gid, members)) : Stream.empty();
    }
}
