package dev.berth.runtime.systemd;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.freedesktop.dbus.DBusPath;
import org.freedesktop.dbus.bin.EmbeddedDBusDaemon;
import org.freedesktop.dbus.connections.impl.DBusConnection;
import org.freedesktop.dbus.connections.impl.DBusConnectionBuilder;
import org.freedesktop.dbus.exceptions.DBusException;
import org.freedesktop.dbus.exceptions.DBusExecutionException;

/** A bus of its own with something on it that answers as systemd does, and does nothing. */
final class FakeSystemd implements SystemdManager, AutoCloseable {
    private static final long START = 20_000;

    private final EmbeddedDBusDaemon daemon;
    private final DBusConnection connection;
    final String address;
    final List<String> calls = Collections.synchronizedList(new ArrayList<>());

    volatile String refusal = "";
    volatile Duration delay = Duration.ZERO;

    FakeSystemd(Path directory) throws DBusException {
        address = "unix:path=" + directory.resolve("bus");
        daemon = new EmbeddedDBusDaemon(address + ",listen=true");
        daemon.startInBackgroundAndWait(START);
        connection = DBusConnectionBuilder.forAddress(address).withShared(false).build();
        connection.requestBusName("org.freedesktop.systemd1");
        connection.exportObject("/org/freedesktop/systemd1", this);
    }

    @Override
    public DBusPath StartTransientUnit(
            String name, String mode, List<UnitProperty> properties, List<AuxiliaryUnit> auxiliary) {
        StringBuilder text = new StringBuilder(name + " " + mode);
        properties.forEach(
                property -> text.append(' ').append(property.name).append('=').append(property.value.getValue()));
        calls.add(text.toString());
        if (!refusal.isEmpty()) {
            throw new DBusExecutionException(refusal);
        }
        try {
            Thread.sleep(delay);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        return new DBusPath("/org/freedesktop/systemd1/job/1");
    }

    @Override
    public String getObjectPath() {
        return "/org/freedesktop/systemd1";
    }

    @Override
    public void close() throws IOException {
        connection.disconnect();
        daemon.close();
    }
}
