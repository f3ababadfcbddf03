package dev.berth.image.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.toml.TomlFactory;
import com.fasterxml.jackson.dataformat.toml.TomlMapper;
import dev.berth.image.failure.ImageFailure;
import dev.berth.image.registry.RegistryHost.Capability;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The text of one {@code hosts.toml} in containerd's layout: mirrors in their order, then the registry itself. */
final class HostsToml {
    private static final System.Logger LOG = System.getLogger(HostsToml.class.getName());
    private static final Set<String> KEYS =
            Set.of("capabilities", "ca", "client", "skip_verify", "header", "override_path", "dial_timeout");
    private static final Set<String> ROOT_KEYS = Set.of("server", "host");
    private static final Set<String> RESERVED =
            Set.of("host", "connection", "content-length", "expect", "upgrade", "transfer-encoding");
    private static final int MOST_HOSTS = 64;
    private static final Pattern DURATION = Pattern.compile("([0-9]{1,9})(ms|s|m)");
    private static final TomlMapper MAPPER = new TomlMapper(TomlFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(16)
                    .maxDocumentLength(1 << 20)
                    .build())
            .build());

    private final Path file;
    private final String registry;

    private HostsToml(Path file, String registry) {
        this.file = file;
        this.registry = registry;
    }

    /**
     * Reads the servers of a registry.
     *
     * @param file where the text is from; certificates are found beside it
     * @param registry the host of the images' names
     */
    static List<RegistryHost> parse(Path file, String registry, String text) {
        return new HostsToml(file, registry).read(text);
    }

    private List<RegistryHost> read(String text) {
        JsonNode root = tree(text);
        warnOfUnknown(root, "", true);
        List<RegistryHost> hosts = new ArrayList<>();
        JsonNode tables = root.path("host");
        if (tables.size() > MOST_HOSTS) {
            throw wrong("host", "has more than %d entries".formatted(MOST_HOSTS));
        }
        tables.properties().forEach(entry -> {
            warnOfUnknown(entry.getValue(), "host.\"%s\".".formatted(entry.getKey()), false);
            hosts.add(host(entry.getKey(), entry.getValue()));
        });
        String server = text(root, "server");
        hosts.add(server == null ? upstream(root) : host(server, root));
        return List.copyOf(hosts);
    }

    private JsonNode tree(String text) {
        try {
            return MAPPER.readTree(text);
        } catch (JsonProcessingException e) {
            throw new ImageFailure(
                    ImageFailure.Kind.INTERNAL, "%s is not valid TOML: %s".formatted(file, e.getOriginalMessage()), e);
        }
    }

    private void warnOfUnknown(JsonNode table, String prefix, boolean root) {
        table.fieldNames().forEachRemaining(key -> {
            if (!KEYS.contains(key) && !(root && ROOT_KEYS.contains(key))) {
                LOG.log(System.Logger.Level.WARNING, "{0}: unknown key {1}{2} is ignored", file, prefix, key);
            }
        });
    }

    private RegistryHost upstream(JsonNode root) {
        URI base = RegistryHost.upstream(registry).base();
        return host(base.getScheme() + "://" + base.getRawAuthority(), root);
    }

    private RegistryHost host(String url, JsonNode table) {
        URI address = address(url);
        boolean upstream = Credentials.sameRegistry(registry, address.getRawAuthority());
        return new RegistryHost(
                base(address, flag(table, "override_path")),
                capabilities(table),
                tls(table),
                headers(table),
                dialTimeout(table),
                upstream,
                upstream ? "" : registry);
    }

    private URI address(String url) {
        String full = url.matches("https?://.*") ? url : "https://" + url;
        URI address;
        try {
            address = URI.create(full);
        } catch (IllegalArgumentException e) {
            throw wrong(url, "is not a URL: " + e.getMessage());
        }
        if (address.getHost() == null || address.getRawUserInfo() != null || address.getRawQuery() != null) {
            throw wrong(url, "is not a URL of the form https://host[:port][/path]");
        }
        return address;
    }

    private static URI base(URI address, boolean overridePath) {
        String path = address.getRawPath().replaceFirst("/+$", "");
        boolean complete = (overridePath && !path.isEmpty()) || path.endsWith("/v2");
        return URI.create(address.getScheme() + "://" + address.getRawAuthority() + path + (complete ? "" : "/v2"));
    }

    private Set<Capability> capabilities(JsonNode table) {
        if (!table.has("capabilities")) {
            return EnumSet.allOf(Capability.class);
        }
        Set<Capability> capabilities = EnumSet.noneOf(Capability.class);
        for (String name : texts(table, "capabilities")) {
            switch (name) {
                case "pull" -> capabilities.add(Capability.PULL);
                case "resolve" -> capabilities.add(Capability.RESOLVE);
                case "push", "referrers" -> LOG.log(System.Logger.Level.DEBUG, "{0} is not used by pulls", name);
                default -> throw wrong("capabilities", "has \"%s\"; known are pull, resolve, push".formatted(name));
            }
        }
        return capabilities;
    }

    private Tls tls(JsonNode table) {
        List<Path> authorities = new ArrayList<>();
        for (String name : texts(table, "ca")) {
            authorities.add(beside(name));
        }
        return Tls.of(authorities, clients(table), flag(table, "skip_verify"));
    }

    /** A text, a list of texts, or a list of pairs: a certificate with its key in the same file or in another. */
    private List<Tls.ClientCertificate> clients(JsonNode table) {
        List<Tls.ClientCertificate> clients = new ArrayList<>();
        JsonNode value = table.path("client");
        if (!value.isArray() || value.path(0).isTextual()) {
            texts(table, "client").forEach(name -> clients.add(client(name, name)));
            return clients;
        }
        for (JsonNode pair : value) {
            if (!pair.isArray() || pair.isEmpty() || pair.size() > 2) {
                throw wrong("client", "holds something that is not a pair of certificate and key");
            }
            String certificate = pair.get(0).asText();
            String key = pair.size() == 2 ? pair.get(1).asText() : "";
            clients.add(client(certificate, key.isEmpty() ? certificate : key));
        }
        return clients;
    }

    private Tls.ClientCertificate client(String certificate, String key) {
        return new Tls.ClientCertificate(beside(certificate), beside(key));
    }

    private Path beside(String name) {
        return file.resolveSibling(name);
    }

    private Map<String, String> headers(JsonNode table) {
        Map<String, String> headers = new LinkedHashMap<>();
        JsonNode header = table.path("header");
        for (String name : names(header)) {
            if (!name.matches("[A-Za-z0-9!#$%&'*+.^_`|~-]+") || RESERVED.contains(name.toLowerCase(Locale.ROOT))) {
                throw wrong("header", "sets %s, which is not a header to be set".formatted(name));
            }
            headers.put(name, String.join(", ", texts(header, name)));
        }
        return Map.copyOf(headers);
    }

    private static List<String> names(JsonNode table) {
        List<String> names = new ArrayList<>();
        table.fieldNames().forEachRemaining(names::add);
        return names;
    }

    private Duration dialTimeout(JsonNode table) {
        String text = text(table, "dial_timeout");
        if (text == null) {
            return RegistryHost.DIAL_TIMEOUT;
        }
        Matcher matcher = DURATION.matcher(text);
        if (!matcher.matches()) {
            throw wrong("dial_timeout", "is \"%s\"; it would be like 3s or 500ms".formatted(text));
        }
        long amount = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(Math.max(1, amount));
            case "m" -> Duration.ofMinutes(Math.max(1, amount));
            default -> Duration.ofSeconds(Math.max(1, amount));
        };
    }

    private boolean flag(JsonNode table, String key) {
        JsonNode value = table.path(key);
        if (!value.isMissingNode() && !value.isBoolean()) {
            throw wrong(key, "is not true or false");
        }
        return value.asBoolean();
    }

    private @Nullable String text(JsonNode table, String key) {
        JsonNode value = table.path(key);
        if (value.isMissingNode()) {
            return null;
        }
        if (!value.isTextual()) {
            throw wrong(key, "is not a text");
        }
        return value.textValue();
    }

    /** A text or a list of texts. */
    private List<String> texts(JsonNode table, String key) {
        JsonNode value = table.path(key);
        if (value.isMissingNode()) {
            return List.of();
        }
        if (value.isTextual()) {
            return List.of(value.textValue());
        }
        List<String> texts = new ArrayList<>();
        for (JsonNode item : value) {
            if (!item.isTextual()) {
                throw wrong(key, "holds something that is not a text");
            }
            texts.add(item.textValue());
        }
        return texts;
    }

    private ImageFailure wrong(String key, String why) {
        return new ImageFailure(ImageFailure.Kind.INTERNAL, "%s: %s %s".formatted(file, key, why));
    }
}
