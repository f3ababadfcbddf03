package dev.berth.cri.series;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A block device.
 *
 * @param name as {@code /dev/vda}; empty when it is gone
 */
record BlockDevice(String major, String minor, String name) {
    /** @param number as {@code 8:0} */
    static BlockDevice of(String number) {
        int colon = number.indexOf(':');
        return new BlockDevice(number.substring(0, colon), number.substring(colon + 1), name(number));
    }

    private static String name(String number) {
        try {
            return "/dev/"
                    + Files.readSymbolicLink(Path.of("/sys/dev/block", number)).getFileName();
        } catch (IOException _) {
            return "";
        }
    }
}
