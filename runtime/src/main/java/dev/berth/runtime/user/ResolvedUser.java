package dev.berth.runtime.user;

import java.util.List;

/**
 * The ids a container's processes run with. Ids are 0 to 2^32-2.
 *
 * @param additionalGids the whole supplementary list: the primary group first, then the others ascending. The primary group is always
 *     in it, else a process that changes its primary group would escape files that deny that group
 * @param home the home directory from the image's passwd, {@code /} when it has none
 * @param username the name from the image's passwd, empty when it has none
 */
public record ResolvedUser(long uid, long gid, List<Long> additionalGids, String home, String username) {
    public ResolvedUser {
        additionalGids = List.copyOf(additionalGids);
    }
}
