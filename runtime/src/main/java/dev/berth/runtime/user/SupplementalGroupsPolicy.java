package dev.berth.runtime.user;

/** Whether the groups that the image's {@code /etc/group} gives a user are added to those of the request. */
public enum SupplementalGroupsPolicy {
    MERGE,
    STRICT
}
