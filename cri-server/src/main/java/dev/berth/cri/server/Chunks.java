package dev.berth.cri.server;

import com.google.protobuf.MessageLite;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Sends a list as messages of bounded size: each item once, none of them empty. What is shown of an item is made when its message
 * is, so a slow client costs one message of memory beside the list of what to show.
 */
public final class Chunks {
    static final int MOST_ITEMS = 100;
    static final int MOST_BYTES = 1 << 20;

    private Chunks() {}

    /**
     * @param snapshot what to show, fixed when the call began
     * @param view shows one item
     * @param message puts shown items together
     */
    public static <T, I extends MessageLite, R> void send(
            List<T> snapshot, Function<T, I> view, Function<List<I>, R> message, Consumer<R> out) {
        List<I> chunk = new ArrayList<>();
        int bytes = 0;
        for (T one : snapshot) {
            I item = view.apply(one);
            int size = item.getSerializedSize();
            if (!chunk.isEmpty() && (chunk.size() == MOST_ITEMS || bytes + size > MOST_BYTES)) {
                out.accept(message.apply(chunk));
                chunk = new ArrayList<>();
                bytes = 0;
            }
            chunk.add(item);
            bytes += size;
        }
        if (!chunk.isEmpty()) {
            out.accept(message.apply(chunk));
        }
    }
}
