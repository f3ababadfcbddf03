package dev.berth.tests.apiserver;

import java.util.Arrays;
import java.util.List;

/**
 * What the path of a request names, as {@code /api/v1/namespaces/default/pods/web/status}.
 *
 * @param collection the collection, as {@code /api/v1/namespaces/default/pods}
 * @param name the object in it; empty when it is about all of them
 * @param subresource the part of the object, as {@code status}; empty when it is about the whole
 */
record ApiPath(String collection, String name, String subresource) {
    static ApiPath of(String path) {
        List<String> words = Arrays.asList(path.substring(1).split("/", -1));
        int resource = words.getFirst().equals("api") ? 2 : 3;
        if (words.size() > resource + 2 && words.get(resource).equals("namespaces")) {
            resource += 2;
        }
        int end = Math.min(resource + 1, words.size());
        return new ApiPath(
                "/" + String.join("/", words.subList(0, end)), word(words, resource + 1), word(words, resource + 2));
    }

    private static String word(List<String> words, int index) {
        return index < words.size() ? words.get(index) : "";
    }

    String object() {
        return collection + "/" + name;
    }

    /** Whether this collection holds that object; one without a namespace holds those of all. */
    boolean holds(String object) {
        String parent = object.substring(0, object.lastIndexOf('/'));
        return parent.equals(collection)
                || parent.replaceFirst("/namespaces/[^/]+", "").equals(collection);
    }
}
