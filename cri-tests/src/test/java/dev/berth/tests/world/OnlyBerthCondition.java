package dev.berth.tests.world;

import dev.berth.tests.node.TestNode;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/** Skips what is marked {@link OnlyBerth} with its reason. */
public final class OnlyBerthCondition implements ExecutionCondition {
    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        if (TestNode.startsBerth()) {
            return ConditionEvaluationResult.enabled("the server is Berth");
        }
        return AnnotationSupport.findAnnotation(context.getElement(), OnlyBerth.class)
                .map(only -> ConditionEvaluationResult.disabled("only Berth: " + only.value()))
                .orElseGet(() -> ConditionEvaluationResult.enabled("any server"));
    }
}
