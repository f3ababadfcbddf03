package dev.berth.runtime.capability;

import java.util.List;

/** What a CRI security context asks for, in names as they came: a privileged container starts from everything instead of the defaults. */
public record CapabilityRequest(boolean privileged, List<String> add, List<String> drop, List<String> addAmbient) {
    public static final CapabilityRequest NOTHING = new CapabilityRequest(false, List.of(), List.of(), List.of());

    public CapabilityRequest {
        add = List.copyOf(add);
        drop = List.copyOf(drop);
        addAmbient = List.copyOf(addAmbient);
    }
}
