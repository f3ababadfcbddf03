package dev.berth.image.store;

import dev.berth.image.layer.Overlay;
import dev.berth.runtime.kernel.Fd;
import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.kernel.Stat;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Layers seen as overlay would show them, without a mount: whiteouts and opaque directories hide what is beneath, links are
 * followed inside the merged tree and never out of it. Every step is taken by descriptor. Not thread-safe.
 */
final class MergedView implements AutoCloseable {
    private static final int MOST_LINKS = 40;
    private static final int MOST_STEPS = 4096;
    private static final int DIRECTORY = Kernel.O_RDONLY | Kernel.O_DIRECTORY | Kernel.O_NOFOLLOW;

    /**
     * Something in the merged tree.
     *
     * @param directory the directory that holds it, of the layer that provides it; belongs to the view
     * @param name in that directory; {@code .} for the root
     * @param path from the root, free of links
     */
    record Found(int directory, String name, Stat stat, String path) {}

    /** A directory of the merged tree: the layers' directories that make it up, top first. */
    private record Place(List<Integer> directories, String name) {}

    private record Step(int directory, Stat stat, Place place) {}

    private final Kernel kernel;
    private final List<Fd> open;
    private final Place root;

    /** @param roots the layers, top first; closed with this */
    MergedView(Kernel kernel, List<Fd> roots) {
        this.kernel = kernel;
        this.open = new ArrayList<>(roots);
        this.root = new Place(roots.stream().map(Fd::number).toList(), "");
    }

    /**
     * Looks a path up; null when there is nothing.
     *
     * @param follow whether a link at the end is followed too
     */
    @Nullable
    Found find(String path, boolean follow) {
        Deque<Place> places = new ArrayDeque<>(List.of(root));
        Deque<String> todo = new ArrayDeque<>(components(path));
        int links = 0;
        for (int steps = 0; steps < MOST_STEPS; steps++) {
            String name = todo.poll();
            if (name == null) {
                return here(places);
            }
            if (name.equals("..")) {
                if (places.size() > 1) {
                    places.pop();
                }
                continue;
            }
            Step step = step(places.element(), name);
            if (step == null) {
                return null;
            }
            if (step.stat().isDirectory()) {
                places.push(step.place());
            } else if (!step.stat().isSymlink() || (todo.isEmpty() && !follow)) {
                return todo.isEmpty() ? new Found(step.directory(), name, step.stat(), join(places, name)) : null;
            } else if (++links > MOST_LINKS) {
                return null;
            } else {
                enterLink(kernel.readlinkat(step.directory(), name), places, todo);
            }
        }
        return null;
    }

    private static void enterLink(String target, Deque<Place> places, Deque<String> todo) {
        if (target.startsWith("/")) {
            while (places.size() > 1) {
                places.pop();
            }
        }
        components(target).reversed().forEach(todo::push);
    }

    private static List<String> components(String path) {
        return Arrays.stream(path.split("/", -1))
                .filter(component -> !component.isEmpty() && !component.equals("."))
                .toList();
    }

    private @Nullable Found here(Deque<Place> places) {
        Place place = places.element();
        if (place.directories().isEmpty()) {
            return null;
        }
        int directory = place.directories().getFirst();
        Stat stat = kernel.fstatat(directory, ".", Kernel.AT_SYMLINK_NOFOLLOW);
        return new Found(directory, ".", stat, join(places, ""));
    }

    private static String join(Deque<Place> places, String name) {
        StringBuilder path = new StringBuilder();
        places.reversed()
                .forEach(place -> path.append(place.name()).append(place.name().isEmpty() ? "" : "/"));
        path.append(name);
        int length = path.length();
        return name.isEmpty() && length > 0 ? path.substring(0, length - 1) : path.toString();
    }

    private @Nullable Step step(Place place, String name) {
        Step top = null;
        List<Integer> directories = new ArrayList<>();
        for (int directory : place.directories()) {
            Stat stat = Overlay.lstat(kernel, directory, name);
            if (stat == null) {
                continue;
            }
            if (Overlay.isWhiteout(stat) || (top != null && !stat.isDirectory())) {
                break;
            }
            if (top == null) {
                top = new Step(directory, stat, new Place(directories, name));
            }
            if (!stat.isDirectory() || enter(directory, name, directories)) {
                break;
            }
        }
        return top;
    }

    /** Adds a layer's directory to a place; true when nothing beneath it shows. */
    private boolean enter(int directory, String name, List<Integer> directories) {
        int inside = kernel.openat(directory, name, DIRECTORY, 0);
        open.add(new Fd(kernel, inside));
        directories.add(inside);
        return Overlay.isOpaque(kernel, inside);
    }

    @Override
    public void close() {
        open.forEach(Fd::close);
        open.clear();
    }
}
