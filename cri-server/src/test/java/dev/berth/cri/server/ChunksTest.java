package dev.berth.cri.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.cri.v1.PodSandbox;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ChunksTest {
    @Test
    void eachItemComesOnceAndInOrder() {
        List<Integer> all = IntStream.range(0, 1_234).boxed().toList();
        List<List<PodSandbox>> sent = send(all, 0);
        assertEquals(
                all,
                sent.stream()
                        .flatMap(List::stream)
                        .map(item -> Integer.valueOf(item.getId()))
                        .toList());
        assertTrue(sent.stream().allMatch(chunk -> !chunk.isEmpty() && chunk.size() <= Chunks.MOST_ITEMS));
    }

    @Test
    void largeItemsMakeSmallMessages() {
        List<List<PodSandbox>> sent = send(Collections.nCopies(10, 1), Chunks.MOST_BYTES / 2 - 100);
        assertEquals(5, sent.size());
    }

    @Test
    void anItemLargerThanAMessageIsSentAlone() {
        assertEquals(3, send(List.of(1, 2, 3), Chunks.MOST_BYTES * 2).size());
    }

    @Test
    void nothingIsSentOfNothing() {
        assertEquals(List.of(), send(List.of(), 0));
    }

    private static List<List<PodSandbox>> send(List<Integer> numbers, int annotation) {
        List<List<PodSandbox>> sent = new ArrayList<>();
        Chunks.send(
                numbers,
                number -> PodSandbox.newBuilder()
                        .setId(number.toString())
                        .putAnnotations("large", "x".repeat(annotation))
                        .build(),
                items -> items,
                sent::add);
        return sent;
    }
}
