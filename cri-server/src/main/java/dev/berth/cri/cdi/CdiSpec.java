package dev.berth.cri.cdi;

import java.nio.file.Path;
import java.util.Map;

/**
 * One spec file.
 *
 * @param directory its place among the spec directories; a later one wins
 * @param kind {@code vendor.com/class} of its devices
 * @param edits what any of its devices adds, once a container
 * @param devices what each adds, by name
 */
record CdiSpec(Path file, int directory, String kind, CdiEdits edits, Map<String, CdiEdits> devices) {
    CdiSpec {
        devices = Map.copyOf(devices);
    }
}
