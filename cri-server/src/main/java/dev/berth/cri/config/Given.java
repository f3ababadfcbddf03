package dev.berth.cri.config;

/**
 * A value that somebody gave to a key, not yet checked.
 *
 * @param value a String, Long, Boolean or List
 */
record Given(String key, Object value, Source source) {}
