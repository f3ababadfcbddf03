package dev.berth.image.layer;

import java.util.List;

/**
 * What unpacking a layer left on disk.
 *
 * @param bytes content rounded up to blocks of 4 KiB, plus one block per directory
 * @param inodes files of every kind
 * @param impliedDirectories directories that have no entry in the layer and exist only because something is in them; parents first
 */
public record Unpacked(long bytes, long inodes, List<String> impliedDirectories) {}
