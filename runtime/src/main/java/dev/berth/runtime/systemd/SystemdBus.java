package dev.berth.runtime.systemd;

import dev.berth.runtime.cgroup.Backoff;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.freedesktop.dbus.connections.impl.DBusConnection;
import org.freedesktop.dbus.connections.impl.DBusConnectionBuilder;
import org.freedesktop.dbus.exceptions.DBusException;
import org.freedesktop.dbus.exceptions.DBusExecutionException;
import org.freedesktop.dbus.messages.MethodCall;
import org.freedesktop.dbus.types.UInt32;
import org.freedesktop.dbus.types.UInt64;
import org.freedesktop.dbus.types.Variant;
import org.jspecify.annotations.Nullable;

/**
 * systemd on the system bus. The connection is made at the first call and again after it broke. Whether a process has moved is read
 * from /proc and not told by signals: to be told, the daemon would have to be woken for every job of the node.
 */
public final class SystemdBus implements Systemd, AutoCloseable {
    /** Where the D-Bus specification has the bus, unless the environment names another. */
    public static final String ADDRESS = "unix:path=/run/dbus/system_bus_socket";

    private static final String SERVICE = "org.freedesktop.systemd1";
    private static final String OBJECT = "/org/freedesktop/systemd1";
    private static final long NO_LIMIT = 0xffff_ffffL;

    private final String address;
    private final Duration patience;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable DBusConnection connection;

    /** @param patience how long a call may take, and then the move of the process */
    public SystemdBus(String address, Duration patience) {
        this.address = address;
        this.patience = patience;
        MethodCall.setDefaultTimeout(patience.toMillis());
    }

    @Override
    public void start(Scope scope) {
        String what = "systemd was asked to start %s in %s"
                .formatted(scope.name(), scope.slice().name());
        try {
            manager().StartTransientUnit(scope.name(), "replace", properties(scope), List.of());
        } catch (DBusException | DBusExecutionException failure) {
            throw new SystemdFailure(
                    "%s, but it answered: %s (the system bus is %s).".formatted(what, failure.getMessage(), address),
                    failure);
        }
        awaitMove(scope, what);
    }

    private static List<UnitProperty> properties(Scope scope) {
        return List.of(
                new UnitProperty("Description", new Variant<>(scope.description())),
                new UnitProperty("Slice", new Variant<>(scope.slice().name())),
                new UnitProperty("PIDs", new Variant<>(List.of(new UInt32(scope.pid())), "au")),
                // All controllers down to the scope, and hands off below it.
                new UnitProperty("Delegate", new Variant<>(true)),
                new UnitProperty("DefaultDependencies", new Variant<>(false)),
                new UnitProperty("CollectMode", new Variant<>("inactive-or-failed")),
                // Else a share of the node's pids: the kubelet limits them at the pod's slice.
                new UnitProperty("TasksMax", new Variant<>(new UInt64(NO_LIMIT, NO_LIMIT))));
    }

    private void awaitMove(Scope scope, String what) {
        Path file = Path.of("/proc/" + scope.pid() + "/cgroup");
        String wanted = "0::" + scope.path();
        Backoff backoff = new Backoff(patience);
        String now = read(file);
        while (now.lines().noneMatch(wanted::equals)) {
            if (!backoff.pause()) {
                throw new SystemdFailure(
                        "%s, but after %s process %d is in %s and not there; \"systemctl status %s\" says more."
                                .formatted(
                                        what, patience, scope.pid(), now.isEmpty() ? "no cgroup" : now, scope.name()),
                        null);
            }
            now = read(file);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file).strip();
        } catch (IOException _) {
            return "";
        }
    }

    private SystemdManager manager() throws DBusException {
        lock.lock();
        try {
            DBusConnection open = connection;
            if (open == null || !open.isConnected()) {
                open = connect();
                connection = open;
            }
            return open.getRemoteObject(SERVICE, OBJECT, SystemdManager.class);
        } finally {
            lock.unlock();
        }
    }

    private DBusConnection connect() throws DBusException {
        return DBusConnectionBuilder.forAddress(address)
                .withShared(false)
                .transportConfig()
                .withTimeout((int) patience.toMillis())
                .back()
                .build();
    }

    @Override
    public void close() {
        lock.lock();
        try {
            if (connection != null) {
                connection.disconnect();
            }
        } finally {
            lock.unlock();
        }
    }
}
