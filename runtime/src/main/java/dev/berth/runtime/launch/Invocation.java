package dev.berth.runtime.launch;

import dev.berth.runtime.plan.PlanBuilder;
import java.util.List;

/**
 * A program of the node with its arguments and environment.
 *
 * @param arguments the first is its absolute path
 * @param environment {@code NAME=value}
 */
public record Invocation(List<String> arguments, List<String> environment) {
    public Invocation {
        arguments = List.copyOf(arguments);
        environment = List.copyOf(environment);
    }

    void execute(PlanBuilder plan) {
        plan.affinity();
        plan.exec(arguments, environment, List.of(arguments.getFirst()));
    }
}
