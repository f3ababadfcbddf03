package dev.berth.cri.container;

/** Sizes of terminals as clients say them. */
final class WindowSize {
    private static final int LARGEST = 65535;

    private WindowSize() {}

    /** What the kernel can take of a number of rows or columns. */
    static int clamped(int size) {
        return Math.clamp(size, 0, LARGEST);
    }
}
