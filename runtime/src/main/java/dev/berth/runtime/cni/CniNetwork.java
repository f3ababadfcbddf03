package dev.berth.runtime.cni;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One network and the plugins that make it. Holds nothing: who attaches keeps the {@link CniAttachmentRecord}. */
public final class CniNetwork {
    private final CniConfig config;
    private final CniPlugins plugins;

    public CniNetwork(CniConfig config, CniPlugins plugins) {
        this.config = config;
        this.plugins = plugins;
    }

    public CniConfig config() {
        return config;
    }

    /**
     * Attaches a pod: runs every plugin in order, each with the result of the one before. When one fails, what was made is taken
     * back by {@link #del}; what fails in that is suppressed in the failure. After an interrupt the caller calls {@link #del}.
     */
    public CniResult add(CniAttachment attachment) throws InterruptedException {
        CniResult result = null;
        try {
            for (ObjectNode plugin : config.plugins()) {
                result = add(plugin, attachment, result);
            }
            if (result == null || result.ips().isEmpty()) {
                throw CniFailure.of(
                        CniFailure.Kind.BAD_ANSWER,
                        "The network %s gave the pod no IP address; its plugins need an ipam section."
                                .formatted(config.name()));
            }
            return result;
        } catch (CniFailure failure) {
            takeBack(attachment, result, failure);
            throw failure;
        }
    }

    private CniResult add(ObjectNode plugin, CniAttachment attachment, @Nullable CniResult before)
            throws InterruptedException {
        String type = CniJson.text(plugin, "type");
        ObjectNode stdin = stdin(plugin, attachment.capabilities(), before);
        String who = "The answer of the network plugin %s (ADD)".formatted(type);
        ObjectNode answer = CniJson.object(
                plugins.run(type, "ADD", variables(attachment, attachment.netnsPath()), stdin),
                CniFailure.Kind.BAD_ANSWER,
                who);
        answer.put("cniVersion", config.cniVersion());
        return CniResult.parse(answer, who);
    }

    private void takeBack(CniAttachment attachment, @Nullable CniResult result, CniFailure failure)
            throws InterruptedException {
        try {
            del(attachment, result);
        } catch (CniFailure second) {
            failure.addSuppressed(second);
        }
    }

    /**
     * Detaches a pod: runs every plugin in reverse order, also when one of them fails. May be repeated until it succeeds.
     *
     * @param result what ADD gave, or null when that is not known
     * @throws CniFailure the first failure, with the others suppressed
     */
    public void del(CniAttachment attachment, @Nullable CniResult result) throws InterruptedException {
        CniFailure first = null;
        // Plugins take an empty path as "the namespace is gone" and release what they hold outside of it.
        String netns = Files.exists(Path.of(attachment.netnsPath())) ? attachment.netnsPath() : "";
        CniResult given = config.version().givesResultToDel() ? result : null;
        for (ObjectNode plugin : config.plugins().reversed()) {
            try {
                plugins.run(
                        CniJson.text(plugin, "type"),
                        "DEL",
                        variables(attachment, netns),
                        stdin(plugin, attachment.capabilities(), given));
            } catch (CniFailure failure) {
                if (first == null) {
                    first = failure;
                } else {
                    first.addSuppressed(failure);
                }
            }
        }
        if (first != null) {
            throw first;
        }
    }

    /**
     * Asks the plugins whether they can serve an ADD now. Before CNI 1.1 there is no such question, and then it is only checked that
     * the plugins are installed.
     *
     * @throws CniFailure when one cannot
     */
    public void status() throws InterruptedException {
        List<String> missing = plugins.missing(config);
        if (!missing.isEmpty()) {
            throw CniFailure.of(
                    CniFailure.Kind.PLUGIN_MISSING,
                    "The network %s needs the plugins %s, which are not in %s."
                            .formatted(config.name(), String.join(", ", missing), plugins.directories()));
        }
        if (config.version().hasStatusAndGc()) {
            for (ObjectNode plugin : config.plugins()) {
                plugins.run(
                        CniJson.text(plugin, "type"), "STATUS", Map.of(), stdin(plugin, CniCapabilities.NONE, null));
            }
        }
    }

    /**
     * Tells the plugins which attachments are in use, so that they release all others of this network. Does nothing before CNI 1.1
     * and where the configuration forbids it.
     *
     * @throws CniFailure the first failure, after every plugin was told
     */
    public void gc(Collection<CniAttachment> valid) throws InterruptedException {
        if (!config.version().hasStatusAndGc() || config.disableGc()) {
            return;
        }
        CniFailure first = null;
        for (ObjectNode plugin : config.plugins()) {
            ObjectNode stdin = stdin(plugin, CniCapabilities.NONE, null);
            ArrayNode attachments = stdin.putArray("cni.dev/valid-attachments");
            valid.forEach(attachment -> attachments
                    .addObject()
                    .put("containerID", attachment.containerId())
                    .put("ifname", attachment.ifName()));
            try {
                plugins.run(CniJson.text(plugin, "type"), "GC", Map.of(), stdin);
            } catch (CniFailure failure) {
                first = first == null ? failure : first;
            }
        }
        if (first != null) {
            throw first;
        }
    }

    private static Map<String, String> variables(CniAttachment attachment, String netns) {
        return Map.of(
                "CNI_CONTAINERID", attachment.containerId(),
                "CNI_NETNS", netns,
                "CNI_IFNAME", attachment.ifName(),
                "CNI_ARGS", attachment.args());
    }

    /** A plugin's own configuration, completed as the specification says. */
    private ObjectNode stdin(ObjectNode plugin, CniCapabilities capabilities, @Nullable CniResult before) {
        ObjectNode stdin = plugin.deepCopy();
        stdin.put("name", config.name());
        stdin.put("cniVersion", config.cniVersion());
        ObjectNode runtimeConfig = capabilities.runtimeConfig();
        runtimeConfig.retain(plugin.path("capabilities").properties().stream()
                .filter(declared -> declared.getValue().asBoolean(false))
                .map(Map.Entry::getKey)
                .toList());
        stdin.remove("capabilities");
        if (!runtimeConfig.isEmpty()) {
            stdin.set("runtimeConfig", runtimeConfig);
        }
        if (before != null) {
            stdin.set("prevResult", before.json());
        }
        return stdin;
    }
}
