package dev.berth.runtime.cgroup;

import org.jspecify.annotations.Nullable;

/** What the files of one cgroup hold now. */
@FunctionalInterface
interface CgroupValues {
    /** In place of a controller: the v2 tree, for files that every v2 cgroup has. */
    String V2 = "";

    /** A file's text without its last line break, or null when there is no such file. */
    @Nullable
    String read(String controller, String file);

    /** A file that holds one number; {@code max} and a missing file give {@code otherwise}. */
    default long number(String controller, String file, long otherwise) {
        return StatText.number(read(controller, file), otherwise);
    }
}
