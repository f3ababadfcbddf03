package dev.berth.runtime.sysctl;

/**
 * One kernel parameter to set, by one write of the value as it is.
 *
 * @param path where it is below the root of a procfs, such as {@code sys/net/ipv4/ip_forward}
 */
public record SysctlWrite(String path, String value) {}
