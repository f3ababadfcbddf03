package dev.berth.image.registry;

import dev.berth.image.reference.Reference;
import dev.berth.image.registry.RegistryHost.Capability;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** All registries, as this node is configured to reach them. */
public final class Registries implements AutoCloseable {
    private final RegistrySettings settings;
    private final Hosts hosts;
    private final Http http;
    private final Tokens tokens;

    public Registries(RegistrySettings settings) {
        this.settings = settings;
        this.hosts = new Hosts(settings.hostsDirectory());
        this.http = new Http(settings.progressTimeout());
        this.tokens = new Tokens(http, InstantSource.system());
    }

    /** The repository of a reference, on the servers that the configuration names now; no request is made yet. */
    public Repository repository(Reference reference, @Nullable Credentials credentials) {
        List<Endpoint> resolvers = new ArrayList<>();
        List<Endpoint> pullers = new ArrayList<>();
        for (RegistryHost host : hosts.of(reference.host())) {
            Endpoint endpoint = endpoint(host, reference, credentials);
            if (host.can(Capability.RESOLVE)) {
                resolvers.add(endpoint);
            }
            if (host.can(Capability.PULL)) {
                pullers.add(endpoint);
            }
        }
        Retry retry = new Retry(settings.attempts(), settings.firstDelay());
        return new Repository(reference, resolvers, pullers, retry);
    }

    private Endpoint endpoint(RegistryHost host, Reference reference, @Nullable Credentials credentials) {
        Secret secret = secret(host, reference, credentials);
        return new Endpoint(host, reference.path(), http, new Authorizer(host, reference.path(), secret, tokens));
    }

    /** The caller's credentials where they belong, else the node's. */
    private Secret secret(RegistryHost host, Reference reference, @Nullable Credentials credentials) {
        String server = host.hostAndPort();
        if (credentials != null && credentials.isFor(server, host.upstream())) {
            Secret secret = credentials.secret();
            if (!(secret instanceof Secret.Anonymous)) {
                return secret;
            }
        }
        Credentials own = DockerConfig.read(settings.dockerConfig()).find(server, reference.path());
        return own == null ? new Secret.Anonymous() : own.secret();
    }

    @Override
    public void close() {
        http.close();
    }
}
