package dev.berth.cri.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.cri.failure.CriFailure;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class IdsTest {
    private final NavigableMap<String, Integer> all = new TreeMap<>();

    @Test
    void anIdIs64HexadecimalDigitsAndNeverTheSame() {
        assertTrue(Ids.random().matches("[0-9a-f]{64}"));
        assertNotEquals(Ids.random(), Ids.random());
    }

    @Test
    void anIdIsFoundByItselfAndByAnyPrefixThatOnlyItHas() {
        all.put("abc1", 1);
        all.put("abd2", 2);
        assertEquals(1, Ids.resolve(all, "abc1", "container"));
        assertEquals(1, Ids.resolve(all, "abc", "container"));
        assertEquals(2, Ids.resolve(all, "abd", "container"));
    }

    @Test
    void anIdThatIsAPrefixOfAnotherIsFound() {
        all.put("ab", 1);
        all.put("abc", 2);
        assertEquals(1, Ids.resolve(all, "ab", "container"));
    }

    @Test
    void aPrefixOfSeveralIsRefusedWithTwoOfThem() {
        all.put("abc1", 1);
        all.put("abd2", 2);
        refused(
                CriFailure.Kind.INVALID,
                "several ids of a pod sandbox begin with ab: abc1 and abd2 among them; give more digits",
                "ab");
    }

    @Test
    void anUnknownIdIsNotFound() {
        all.put("abc", 1);
        refused(CriFailure.Kind.NOT_FOUND, "no pod sandbox has the id abcd", "abcd");
        refused(CriFailure.Kind.NOT_FOUND, "no pod sandbox has the id zz", "zz");
    }

    @Test
    void anEmptyIdIsRefusedAlthoughEveryIdBeginsWithIt() {
        all.put("abc", 1);
        refused(
                CriFailure.Kind.INVALID,
                "the id of the pod sandbox is empty; give its id or a unique prefix of it",
                "");
    }

    @Test
    void aVeryLongIdIsNotRepeatedInFull() {
        refused(CriFailure.Kind.NOT_FOUND, "no pod sandbox has the id " + "x".repeat(64) + "…", "x".repeat(100_000));
    }

    private void refused(CriFailure.Kind kind, String sentence, String asked) {
        CriFailure failure = assertThrows(CriFailure.class, () -> Ids.resolve(all, asked, "pod sandbox"));
        assertEquals(kind, failure.kind());
        assertEquals(sentence, failure.getMessage());
    }
}
