package dev.berth.cri.command;

import dev.berth.cri.config.LogLevel;
import java.io.PrintStream;
import java.util.List;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/**
 * Sends what is logged to standard error. Berth's own level is the configured one; libraries stay at warnings whatever is
 * configured, because at finer levels gRPC's and Netty's show the bytes of requests, secrets among them.
 */
final class Logging {
    /** Kept here: the JDK holds loggers weakly, and a collected one forgets its level. */
    private static final Logger ROOT = Logger.getLogger("");

    private static final Logger BERTH = Logger.getLogger("dev.berth");

    /** Warns of SO_KEEPALIVE at each connection of a unix socket, which has none. */
    private static final Logger NETTY_BOOTSTRAP = Logger.getLogger("io.netty.bootstrap");

    /** Warns with a stack trace where a network namespace has no interface that is up; Berth itself needs none. */
    private static final Logger NETTY_INTERFACES = Logger.getLogger("io.netty.util.NetUtilInitializations");

    private Logging() {}

    /** Every logger that is set up here; referring to them keeps them. */
    static List<Logger> start(LogLevel level, PrintStream out) {
        for (Handler handler : ROOT.getHandlers()) {
            ROOT.removeHandler(handler);
        }
        ROOT.setLevel(Level.WARNING);
        BERTH.setLevel(
                switch (level) {
                    case ERROR -> Level.SEVERE;
                    case WARNING -> Level.WARNING;
                    case INFO -> Level.INFO;
                    case DEBUG -> Level.FINE;
                });
        NETTY_BOOTSTRAP.setLevel(Level.SEVERE);
        NETTY_INTERFACES.setLevel(Level.SEVERE);
        ROOT.addHandler(new Lines(out, new LogLine()));
        return List.of(ROOT, BERTH, NETTY_BOOTSTRAP, NETTY_INTERFACES);
    }

    /** Writes records as they come. Closing does nothing: see {@link LastingLogManager}. */
    private static final class Lines extends Handler {
        private final PrintStream out;
        private final Formatter format;

        Lines(PrintStream out, Formatter format) {
            this.out = out;
            this.format = format;
        }

        @Override
        public void publish(LogRecord record) {
            if (isLoggable(record)) {
                out.print(format.format(record));
                out.flush();
            }
        }

        @Override
        public void flush() {
            out.flush();
        }

        @Override
        public void close() {}
    }
}
