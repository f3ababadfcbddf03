package dev.berth.runtime.launch;

/** A resource limit of setrlimit(2): the resource's number, soft and hard value (-1 is unlimited). */
public record Rlimit(int resource, long soft, long hard) {
    public static final int NOFILE = 7;
}
