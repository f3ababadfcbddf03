package dev.berth.image.registry;

import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Set;

/**
 * One server that can be asked for the images of a registry: a mirror, or the registry itself.
 *
 * @param base scheme, host and the path that stands before a repository, without a slash at the end
 * @param headers sent with every request to this server, and to no other
 * @param dialTimeout how long a connection may take
 * @param upstream whether this is the registry that the images are named after
 * @param namespace the registry's name, told to a mirror as {@code ns}; empty for the registry itself
 */
record RegistryHost(
        URI base,
        Set<Capability> capabilities,
        Tls tls,
        Map<String, String> headers,
        Duration dialTimeout,
        boolean upstream,
        String namespace) {
    /** What a server may be asked for. */
    enum Capability {
        /** Content by digest. */
        PULL,
        /** What a tag points to. */
        RESOLVE
    }

    static final Duration DIAL_TIMEOUT = Duration.ofSeconds(30);

    /** The registry itself, over https, when nothing is configured. */
    static RegistryHost upstream(String registry) {
        String host = registry.equals("docker.io") ? "registry-1.docker.io" : registry;
        return new RegistryHost(
                URI.create("https://" + host + "/v2"),
                Set.of(Capability.values()),
                Tls.DEFAULT,
                Map.of(),
                DIAL_TIMEOUT,
                true,
                "");
    }

    boolean can(Capability capability) {
        return capabilities.contains(capability);
    }

    String hostAndPort() {
        return base.getRawAuthority();
    }

    /** The address of something in a repository. */
    URI address(String repository, String rest) {
        String query = namespace.isEmpty() ? "" : "?ns=" + namespace;
        return URI.create(base + "/" + repository + "/" + rest + query);
    }

    @Override
    public String toString() {
        return base.getScheme() + "://" + hostAndPort();
    }
}
