package dev.berth.cri.node;

/**
 * Whether something that pods need is there.
 *
 * @param ready whether it is
 * @param reason one word in CamelCase for programs; empty when ready
 * @param message a sentence for people; empty when ready
 */
public record Condition(boolean ready, String reason, String message) {
    public static Condition met() {
        return new Condition(true, "", "");
    }

    public static Condition unmet(String reason, String message) {
        return new Condition(false, reason, message);
    }
}
