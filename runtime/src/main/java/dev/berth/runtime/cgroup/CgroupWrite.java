package dev.berth.runtime.cgroup;

/**
 * One value for one file of a cgroup.
 *
 * @param controller decides the tree
 * @param asked what the request called it, for messages
 */
record CgroupWrite(String controller, String file, String value, String asked, Missing missing) {
    /** What to do when the kernel has no such file. */
    enum Missing {
        FAIL,
        WARN,
        IGNORE
    }

    static CgroupWrite of(String controller, String file, long value, String asked) {
        return new CgroupWrite(controller, file, Long.toString(value), asked, Missing.FAIL);
    }

    static CgroupWrite of(String controller, String file, String value, String asked) {
        return new CgroupWrite(controller, file, value, asked, Missing.FAIL);
    }

    CgroupWrite whenMissing(Missing wanted) {
        return new CgroupWrite(controller, file, value, asked, wanted);
    }
}
