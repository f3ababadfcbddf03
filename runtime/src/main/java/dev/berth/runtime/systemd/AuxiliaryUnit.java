package dev.berth.runtime.systemd;

import java.util.List;
import org.freedesktop.dbus.Struct;
import org.freedesktop.dbus.annotations.Position;

/** A further unit of a call on the wire, {@code (sa(sv))}; none is ever sent. */
public final class AuxiliaryUnit extends Struct {
    @Position(0)
    public final String name;

    @Position(1)
    public final List<UnitProperty> properties;

    public AuxiliaryUnit(String name, List<UnitProperty> properties) {
        this.name = name;
        this.properties = properties;
    }
}
