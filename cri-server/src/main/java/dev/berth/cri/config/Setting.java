package dev.berth.cri.config;

/**
 * One key of the configuration file.
 *
 * @param <T> the type of its values
 * @param key with dots between table and name, for example {@code cni.conf_dir}
 * @param form what it takes
 * @param usual its value when nobody sets it
 * @param help a sentence for the operator
 */
record Setting<T>(String key, Form<T> form, T usual, String help) {
    /** The part of the key before the last dot; empty at the top. */
    String table() {
        int dot = key.lastIndexOf('.');
        return dot < 0 ? "" : key.substring(0, dot);
    }

    String name() {
        return key.substring(key.lastIndexOf('.') + 1);
    }
}
