package dev.berth.runtime.launch;

import java.util.List;

/** Where execvp(3) would look for a program. */
public final class ExecutablePath {
    /** The PATH of a process that brings none. */
    public static final String DEFAULT = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private static final int MOST = 64;

    private ExecutablePath() {}

    /** Candidates in order; a name with a slash is its own only candidate. */
    static List<String> candidates(String program, List<String> environment) {
        if (program.contains("/") || program.isEmpty()) {
            return List.of(program);
        }
        String path = DEFAULT;
        for (String variable : environment) {
            if (variable.startsWith("PATH=")) {
                path = variable.substring("PATH=".length());
            }
        }
        List<String> directories = List.of(path.split(":", MOST));
        return directories.stream()
                .map(directory -> (directory.isEmpty() ? "." : directory) + "/" + program)
                .toList();
    }
}
