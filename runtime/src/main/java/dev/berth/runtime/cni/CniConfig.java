package dev.berth.runtime.cni;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** One network of the node: plugins that are run one after the other, all in one version of CNI. */
public final class CniConfig {
    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9_.\\-]{0,254}");
    private static final int MOST_PLUGINS = 32;

    private final String name;
    private final CniVersion version;
    private final List<ObjectNode> plugins;
    private final ObjectNode json;

    private CniConfig(String name, CniVersion version, List<ObjectNode> plugins, ObjectNode json) {
        this.name = name;
        this.version = version;
        this.plugins = plugins;
        this.json = json;
    }

    /**
     * Reads a list of plugins, or one plugin, which becomes a list of one.
     *
     * @param source where the text is from, for messages
     * @throws CniFailure of kind CONFIG when it is not valid
     */
    static CniConfig parse(byte[] text, String source) {
        return parse(CniJson.object(text, CniFailure.Kind.CONFIG, source), source);
    }

    static CniConfig parse(ObjectNode object, String source) {
        ObjectNode list = object.has("plugins") ? object : listOf(object);
        String name = CniJson.text(list, "name");
        if (!NAME.matcher(name).matches()) {
            throw invalid(source, "name is \"%s\"; it must be letters, digits, '_', '.' and '-'".formatted(name));
        }
        return new CniConfig(name, version(list, source), plugins(list, source), list);
    }

    private static ObjectNode listOf(ObjectNode plugin) {
        ObjectNode list = CniJson.MAPPER.createObjectNode();
        list.set("cniVersion", plugin.path("cniVersion"));
        list.set("name", plugin.path("name"));
        list.putArray("plugins").add(plugin);
        return list;
    }

    private static CniVersion version(ObjectNode list, String source) {
        List<String> versions = new ArrayList<>(CniJson.texts(list, "cniVersions"));
        versions.add(CniJson.text(list, "cniVersion"));
        return CniVersion.newestOf(versions)
                .orElseThrow(() -> invalid(
                        source,
                        "cniVersion is \"%s\"; supported are 0.3.0, 0.3.1, 0.4.0, 1.0.0 and 1.1.0"
                                .formatted(versions.getLast())));
    }

    private static List<ObjectNode> plugins(ObjectNode list, String source) {
        List<ObjectNode> plugins = new ArrayList<>();
        for (JsonNode element : list.path("plugins")) {
            if (!(element instanceof ObjectNode plugin)) {
                throw invalid(source, "an element of plugins is not an object");
            }
            checkType(CniJson.text(plugin, "type"), source);
            checkIpam(plugin, source);
            plugins.add(plugin);
        }
        if (plugins.isEmpty() || plugins.size() > MOST_PLUGINS) {
            throw invalid(source, "it has %d plugins; from 1 to %d are right".formatted(plugins.size(), MOST_PLUGINS));
        }
        return List.copyOf(plugins);
    }

    private static void checkIpam(ObjectNode plugin, String source) {
        if (plugin.path("ipam").has("type")) {
            checkType(CniJson.text(plugin.path("ipam"), "type"), source);
        }
    }

    /** A type is the name of a program in one of the plugin directories, never a way out of them. */
    private static void checkType(String type, String source) {
        if (type.isEmpty() || type.contains("/") || type.startsWith(".") || type.indexOf('\0') >= 0) {
            throw invalid(source, "a plugin has the type \"%s\"; it must be a plain file name".formatted(type));
        }
    }

    private static CniFailure invalid(String source, String reason) {
        return CniFailure.of(CniFailure.Kind.CONFIG, "%s is not a valid network: %s.".formatted(source, reason));
    }

    /** Whether the text can be an id or a name in CNI. */
    static boolean isName(String text) {
        return NAME.matcher(text).matches();
    }

    public String name() {
        return name;
    }

    public String cniVersion() {
        return version.text();
    }

    CniVersion version() {
        return version;
    }

    List<ObjectNode> plugins() {
        return plugins;
    }

    /** Whether the network's owner does not want GC. */
    boolean disableGc() {
        return json.path("disableGC").asBoolean(false);
    }

    /** Types of all plugins and of their IPAM plugins. */
    public List<String> types() {
        List<String> types = new ArrayList<>();
        for (ObjectNode plugin : plugins) {
            types.add(CniJson.text(plugin, "type"));
            String ipam = CniJson.text(plugin.path("ipam"), "type");
            if (!ipam.isEmpty()) {
                types.add(ipam);
            }
        }
        return types;
    }

    ObjectNode json() {
        return json;
    }
}
