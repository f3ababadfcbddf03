package dev.berth.runtime.kernel;

/**
 * Space of a whole filesystem, as statfs(2) tells it.
 *
 * @param bytes its size
 * @param freeBytes what anyone may still use
 */
public record FilesystemSpace(long bytes, long freeBytes, long inodes, long freeInodes) {}
