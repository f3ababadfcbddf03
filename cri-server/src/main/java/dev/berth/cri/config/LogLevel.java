package dev.berth.cri.config;

/** How much is logged. */
public enum LogLevel {
    ERROR,
    WARNING,
    INFO,
    DEBUG
}
