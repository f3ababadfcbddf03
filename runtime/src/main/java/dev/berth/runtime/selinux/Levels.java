package dev.berth.runtime.selinux;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;

/**
 * Which pod has which level. Two categories tell pods apart that ask for no level: a process reaches only files whose categories
 * it has. No level is drawn twice at a time, nor one that somebody asked for.
 */
public final class Levels {
    private static final int CATEGORIES = 1024;

    private final RandomGenerator random;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, String> held = new HashMap<>();

    public Levels(RandomGenerator random) {
        this.random = random;
    }

    /** A level that nobody else holds. */
    public String draw(String holder) {
        lock.lock();
        try {
            String level = any();
            while (held.containsValue(level)) {
                level = any();
            }
            held.put(holder, level);
            return level;
        } finally {
            lock.unlock();
        }
    }

    private String any() {
        int one = random.nextInt(CATEGORIES);
        int other = random.nextInt(CATEGORIES - 1);
        int higher = other < one ? other : other + 1;
        return "s0:c%d,c%d".formatted(Math.min(one, higher), Math.max(one, higher));
    }

    /** Notes a level that a holder asked for, or has had since before a start. */
    public void hold(String holder, String level) {
        lock.lock();
        try {
            held.put(holder, level);
        } finally {
            lock.unlock();
        }
    }

    /** Gives back what a holder has; one that has nothing is fine. */
    public void release(String holder) {
        lock.lock();
        try {
            held.remove(holder);
        } finally {
            lock.unlock();
        }
    }
}
