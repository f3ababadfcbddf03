package dev.berth.runtime.user;

/** Bounds and spelling of user and group ids: 0 to 2^32-2, because 2^32-1 means "leave unchanged" to the kernel. */
final class UnixId {
    static final long MAX = 0xFFFF_FFFEL;

    private UnixId() {}

    /** True when text is digits alone: then it is always an id, and never looked up as a name. */
    static boolean isNumeric(String text) {
        return !text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    static boolean isValid(long id) {
        return id >= 0 && id <= MAX;
    }

    /** Returns the id, or says what was asked. {@code what} names the field, such as {@code run_as_user}. */
    static long check(String what, long id) {
        if (!isValid(id)) {
            throw new IllegalArgumentException("%s %d is not an id; ids are 0 to %d".formatted(what, id, MAX));
        }
        return id;
    }

    /** Reads digits; too many of them are out of range like any other number too large. */
    static long parse(String what, String digits) {
        String significant = digits.replaceFirst("^0+(?=.)", "");
        if (significant.length() > 10 || !isValid(Long.parseLong(significant))) {
            throw new IllegalArgumentException("%s %s is not an id; ids are 0 to %d".formatted(what, digits, MAX));
        }
        return Long.parseLong(significant);
    }
}
