package dev.berth.runtime.seccomp;

/**
 * A filter that seccomp(2) loads. Both parts are shared between all who asked for it: nobody writes to the array.
 *
 * @param instructions an array of struct sock_filter, 8 bytes each, at most 4096 of them
 * @param flags the flags argument of seccomp(2)
 */
public record SeccompProgram(byte[] instructions, int flags) {}
