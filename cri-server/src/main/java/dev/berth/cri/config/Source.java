package dev.berth.cri.config;

import java.nio.file.Path;

/** Where the value of a setting came from. */
public sealed interface Source {
    /** Nobody set it. */
    record Default() implements Source {
        @Override
        public String toString() {
            return "default";
        }
    }

    /**
     * A line of the configuration file.
     *
     * @param line counted from 1; 0 when it is not known
     */
    record File(Path file, int line) implements Source {
        @Override
        public String toString() {
            return line == 0 ? file.toString() : file + ":" + line;
        }
    }

    /** An option of the command line, with its dashes. */
    record Flag(String name) implements Source {
        @Override
        public String toString() {
            return name;
        }
    }
}
