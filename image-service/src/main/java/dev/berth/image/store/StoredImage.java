package dev.berth.image.store;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.image.json.Json;
import dev.berth.image.manifest.ImageConfig;
import dev.berth.image.reference.Digest;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** An image with what the store alone knows of it. Guarded by the lock of {@link ImageStore}. */
final class StoredImage {
    final Digest id;
    final ImageConfig config;
    /** Bytes of configuration and manifest. */
    final long contentBytes;
    /** Bottom first. */
    final List<LayerLease> leases;
    /** Tags with the moment they were given, as a count over the whole store: the later one wins after a crash. */
    final NavigableMap<String, Long> tags = new TreeMap<>();

    final NavigableSet<String> digests = new TreeSet<>();
    /** Removed from the list, but containers still use the layers. */
    boolean removed;

    int holds;

    StoredImage(Digest id, ImageConfig config, long contentBytes, List<LayerLease> leases) {
        this.id = id;
        this.config = config;
        this.contentBytes = contentBytes;
        this.leases = List.copyOf(leases);
    }

    /** The image's directory in the store. */
    String name() {
        return id.hex();
    }

    byte[] record() {
        ObjectNode record = Json.object().put("id", id.toString()).put("removed", removed);
        tags.forEach(record.putObject("tags")::put);
        digests.forEach(record.putArray("digests")::add);
        return Json.write(record);
    }

    void readRecord(byte[] bytes) {
        Json record = Json.parse("the record of image " + id, bytes);
        removed = record.flag("removed");
        Json given = record.object("tags");
        for (String tag : record.keys("tags")) {
            tags.put(tag, given == null ? 0 : given.number(tag, 0));
        }
        digests.addAll(record.texts("digests"));
    }

    List<String> names() {
        List<String> names = new ArrayList<>(tags.keySet());
        names.addAll(digests);
        return names;
    }
}
