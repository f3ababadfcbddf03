package dev.berth.runtime.oci;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.runtime.cgroup.DevicePolicy;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What config.json says of a container beside its own specification.
 *
 * @param bundle the absolute path of the bundle
 * @param namespaces those that are joined or made beside the mount namespace
 * @param seccomp the profile in OCI form, null for unconfined
 * @param cgroup the path of the cgroup that the runtime enters, null when it is in there already
 * @param devices what the cgroup lets the container use
 */
public record Surroundings(
        String bundle,
        List<Namespace> namespaces,
        @Nullable JsonNode seccomp,
        @Nullable String cgroup,
        DevicePolicy devices,
        Map<String, String> annotations) {
    public Surroundings {
        namespaces = List.copyOf(namespaces);
        annotations = Map.copyOf(annotations);
    }

    /**
     * A namespace of the container.
     *
     * @param type as the OCI runtime specification names it: {@code network}, {@code ipc}, {@code uts}, {@code pid}, {@code cgroup}
     * @param path the one that is joined, null for a new one
     */
    public record Namespace(String type, @Nullable String path) {}
}
