package dev.berth.runtime.cgroup;

/** Reads pressure files: lines of {@code some avg10=0.51 avg60=13.64 avg300=8.89 total=53810376}. */
final class PressureText {
    private PressureText() {}

    static CgroupStats.Pressure parse(String text) {
        CgroupStats.Stall some = CgroupStats.Stall.NONE;
        CgroupStats.Stall full = CgroupStats.Stall.NONE;
        for (String line : text.split("\n", -1)) {
            if (line.startsWith("some ")) {
                some = stall(line);
            } else if (line.startsWith("full ")) {
                full = stall(line);
            }
        }
        return new CgroupStats.Pressure(some, full);
    }

    private static CgroupStats.Stall stall(String line) {
        return new CgroupStats.Stall(
                number(line, "avg10="), number(line, "avg60="), number(line, "avg300="), (long) number(line, "total="));
    }

    private static double number(String line, String key) {
        int start = line.indexOf(key);
        if (start < 0) {
            return 0;
        }
        int from = start + key.length();
        int blank = line.indexOf(' ', from);
        try {
            return Double.parseDouble(blank < 0 ? line.substring(from) : line.substring(from, blank));
        } catch (NumberFormatException _) {
            return 0;
        }
    }
}
