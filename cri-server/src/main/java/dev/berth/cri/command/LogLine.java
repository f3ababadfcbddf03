package dev.berth.cri.command;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.logging.Formatter;
import java.util.logging.Level;
import java.util.logging.LogRecord;

/**
 * One record as one line: time, level, name, text. A further line of the text is indented, so that no text that came from outside
 * can look like a record of its own.
 */
final class LogLine extends Formatter {
    private static final String INDENT = "\n    ";

    @Override
    public String format(LogRecord record) {
        StringBuilder text = new StringBuilder(formatMessage(record));
        if (record.getThrown() != null) {
            StringWriter trace = new StringWriter();
            record.getThrown().printStackTrace(new PrintWriter(trace, true));
            text.append('\n').append(trace);
        }
        return "%s %-7s %s: %s%n".formatted(time(record), level(record.getLevel()), name(record), oneRecord(text));
    }

    private static String time(LogRecord record) {
        return DateTimeFormatter.ISO_INSTANT.format(record.getInstant().truncatedTo(ChronoUnit.MILLIS));
    }

    private static String level(Level level) {
        if (level.intValue() >= Level.SEVERE.intValue()) {
            return "ERROR";
        }
        if (level.intValue() >= Level.WARNING.intValue()) {
            return "WARNING";
        }
        return level.intValue() >= Level.INFO.intValue() ? "INFO" : "DEBUG";
    }

    private static String name(LogRecord record) {
        String name = String.valueOf(record.getLoggerName());
        return name.startsWith("dev.berth.") ? name.substring("dev.berth.".length()) : name;
    }

    private static String oneRecord(CharSequence text) {
        StringBuilder safe = new StringBuilder();
        text.toString().strip().chars().forEach(c -> {
            if (c == '\n') {
                safe.append(INDENT);
            } else {
                safe.append(Character.isISOControl(c) && c != '\t' ? '?' : (char) c);
            }
        });
        return safe.toString();
    }
}
