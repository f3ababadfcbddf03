package dev.berth.image.store;

import dev.berth.runtime.kernel.Errno;
import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.kernel.KernelFailure;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/** Short names for layers: links like {@code 0}, {@code 1}, {@code a}, the smallest free one each, kept as long as the layer. */
final class LayerLinks implements AutoCloseable {
    private static final String BEFORE = "../layers/";
    private static final String AFTER = "/fs";

    private final Kernel kernel;
    private final Folder folder;
    private final TreeMap<Integer, String> taken = new TreeMap<>();

    LayerLinks(Kernel kernel, Folder folder) {
        this.kernel = kernel;
        this.folder = folder;
    }

    /** Reads the links there are, by layer name; anything else in the folder is removed. */
    Map<String, String> read() {
        Map<String, String> links = new HashMap<>();
        for (String link : folder.names()) {
            String target = target(link);
            boolean ours = link.matches("[0-9a-z]{1,6}") && target.startsWith(BEFORE) && target.endsWith(AFTER);
            if (ours) {
                String layer = target.substring(BEFORE.length(), target.length() - AFTER.length());
                links.put(layer, link);
                taken.put(Integer.parseInt(link, 36), layer);
            } else {
                folder.removeTree(link);
            }
        }
        return links;
    }

    private String target(String link) {
        try {
            return kernel.readlinkat(folder.fd(), link);
        } catch (KernelFailure e) {
            if (e.is(Errno.EINVAL)) {
                return "";
            }
            throw e;
        }
    }

    String make(String layer) {
        int number = 0;
        while (taken.containsKey(number)) {
            number++;
        }
        String link = Integer.toString(number, 36);
        kernel.symlinkat(BEFORE + layer + AFTER, folder.fd(), link);
        taken.put(number, layer);
        return link;
    }

    void remove(String link) {
        folder.unlink(link);
        taken.remove(Integer.parseInt(link, 36));
    }

    @Override
    public void close() {
        folder.close();
    }
}
