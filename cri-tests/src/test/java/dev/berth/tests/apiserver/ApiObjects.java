package dev.berth.tests.apiserver;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;

/** Objects by their paths, and all changes since the start for those who watch. Callers get copies. */
final class ApiObjects {
    /**
     * A change as watchers see it.
     *
     * @param type ADDED, MODIFIED or DELETED
     * @param path the object's path
     * @param object the object after it
     */
    record Change(String type, String path, ObjectNode object) {}

    /**
     * The objects of a collection.
     *
     * @param version of the whole store, from which a watch goes on
     * @param items the objects
     */
    record Listing(long version, List<ObjectNode> items) {}

    private final SortedMap<String, ObjectNode> objects = new TreeMap<>();
    /** The change that made version N is at N - 1. */
    private final List<Change> changes = new ArrayList<>();

    synchronized Optional<ObjectNode> get(String path) {
        return Optional.ofNullable(objects.get(path)).map(ObjectNode::deepCopy);
    }

    synchronized Listing list(ApiPath collection) {
        List<ObjectNode> items = new ArrayList<>();
        objects.forEach((path, object) -> {
            if (collection.holds(path)) {
                items.add(object.deepCopy());
            }
        });
        return new Listing(changes.size(), items);
    }

    /** Adds an object with what the server decides; empty when there is one already. */
    synchronized Optional<ObjectNode> create(String path, ObjectNode object) {
        if (objects.containsKey(path)) {
            return Optional.empty();
        }
        ObjectNode metadata = object.withObject("/metadata");
        metadata.put("uid", UUID.randomUUID().toString());
        metadata.put(
                "creationTimestamp",
                Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
        metadata.put("generation", 1);
        return Optional.of(put("ADDED", path, object));
    }

    /** Changes an object; empty when there is none. */
    synchronized Optional<ObjectNode> update(String path, Consumer<ObjectNode> change) {
        return get(path).map(object -> {
            change.accept(object);
            return put("MODIFIED", path, object);
        });
    }

    /** Removes an object; empty when there is none. */
    synchronized Optional<ObjectNode> delete(String path) {
        Optional<ObjectNode> last = get(path).map(object -> put("DELETED", path, object));
        objects.remove(path);
        return last;
    }

    private ObjectNode put(String type, String path, ObjectNode object) {
        object.withObject("/metadata").put("resourceVersion", String.valueOf(changes.size() + 1));
        objects.put(path, object);
        changes.add(new Change(type, path, object.deepCopy()));
        notifyAll();
        return object.deepCopy();
    }

    /** Waits until there is something after this version and returns all of it. */
    synchronized List<Change> awaitAfter(long version) throws InterruptedException {
        while (changes.size() <= version) {
            wait();
        }
        return List.copyOf(changes.subList((int) version, changes.size()));
    }
}
