package dev.berth.runtime.selinux;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Iterator;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class LevelsTest {
    @Test
    void twoCategoriesTheLowerFirstAndNeverTheSameTwice() {
        assertEquals("s0:c3,c9", drawing(9, 3).draw("a"));
        assertEquals("s0:c5,c6", drawing(5, 5).draw("a"));
        assertEquals("s0:c0,c1023", drawing(1023, 0).draw("a"));
    }

    @Test
    void nobodyGetsWhatAnotherHolds() {
        Levels levels = drawing(9, 3, 9, 3, 9, 4);
        levels.hold("asked", "s0:c3,c9");
        assertEquals("s0:c4,c9", levels.draw("b"));
    }

    @Test
    void whatOneGivesBackAnotherMayHaveUnlessAThirdHoldsIt() {
        Levels levels = drawing(9, 3, 9, 3, 1, 0);
        levels.draw("a");
        levels.release("a");
        levels.release("a");
        assertEquals("s0:c3,c9", levels.draw("b"));
        levels.hold("third", "s0:c0,c1");
        levels.release("nobody");
        assertEquals("s0:c4,c5", after(levels));
    }

    private static String after(Levels levels) {
        return levels.draw("c");
    }

    /** Levels that draw these numbers, in turn, then 4 and 4. */
    private static Levels drawing(Integer... numbers) {
        Iterator<Integer> next = List.of(numbers).iterator();
        return new Levels(new RandomGenerator() {
            @Override
            public long nextLong() {
                throw new AssertionError("numbers below a bound are drawn");
            }

            @Override
            public int nextInt(int bound) {
                return next.hasNext() ? next.next() : 4;
            }
        });
    }
}
