package dev.berth.runtime.launch;

/**
 * A seccomp filter.
 *
 * @param instructions struct sock_filter, 8 bytes each, little-endian
 * @param flags of seccomp(2)
 */
public record Bpf(byte[] instructions, int flags) {}
