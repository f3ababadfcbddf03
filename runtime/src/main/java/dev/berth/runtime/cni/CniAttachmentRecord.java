package dev.berth.runtime.cni;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/**
 * All that DEL needs, also after a restart and after the node's configuration has changed.
 *
 * @param config the network as it was at ADD
 * @param result what ADD gave; null when ADD did not end
 */
public record CniAttachmentRecord(
        CniAttachment attachment,
        CniConfig config,
        @Nullable CniResult result) {
    /** The same attachment after ADD ended. */
    public CniAttachmentRecord with(CniResult given) {
        return new CniAttachmentRecord(attachment, config, given);
    }

    public byte[] toJson() {
        ObjectNode json = CniJson.MAPPER.createObjectNode();
        json.set("attachment", CniJson.MAPPER.valueToTree(attachment));
        json.set("config", config.json());
        if (result != null) {
            json.set("result", result.json());
        }
        return CniJson.bytes(json);
    }

    /** @throws CniFailure of kind CONFIG when the bytes are not such a record */
    public static CniAttachmentRecord parse(byte[] bytes) {
        String what = "The record of a network attachment";
        ObjectNode json = CniJson.object(bytes, CniFailure.Kind.CONFIG, what);
        if (!(json.path("config") instanceof ObjectNode config)) {
            throw CniFailure.of(CniFailure.Kind.CONFIG, what + " has no config.");
        }
        JsonNode result = json.path("result");
        return new CniAttachmentRecord(
                attachment(json.path("attachment"), what),
                CniConfig.parse(config, what),
                result instanceof ObjectNode object ? CniResult.parse(object, what) : null);
    }

    private static CniAttachment attachment(JsonNode json, String what) {
        try {
            CniAttachment attachment = CniJson.MAPPER.treeToValue(json, CniAttachment.class);
            if (attachment != null) {
                return attachment;
            }
        } catch (JsonProcessingException | IllegalArgumentException failure) {
            throw new CniFailure(CniFailure.Kind.CONFIG, what + " has no valid attachment.", 0, failure);
        }
        throw CniFailure.of(CniFailure.Kind.CONFIG, what + " has no attachment.");
    }
}
