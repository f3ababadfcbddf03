package dev.berth.cri.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;

/** Memory, collections, threads and open files of the process. Loads java.management, so it is bound after the server listens. */
public final class JvmReadings implements AutoCloseable {
    private final JvmGcMetrics collections = new JvmGcMetrics();

    private JvmReadings() {}

    /** Binds the readings; closing stops listening to the collector. */
    public static JvmReadings bind(Metrics metrics) {
        MeterRegistry registry = metrics.registry();
        JvmReadings readings = new JvmReadings();
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new FileDescriptorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        readings.collections.bindTo(registry);
        return readings;
    }

    @Override
    public void close() {
        collections.close();
    }
}
