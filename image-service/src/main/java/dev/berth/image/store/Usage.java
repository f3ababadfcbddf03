package dev.berth.image.store;

import java.nio.file.Path;

/**
 * What the store takes on disk, kept as running counts.
 *
 * @param root the store's directory
 * @param bytes content in blocks of 4 KiB
 * @param inodes files of every kind
 */
public record Usage(Path root, long bytes, long inodes) {}
