package dev.berth.tests.world;

import dev.berth.tests.node.TestNode;
import dev.berth.tests.node.World;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Starts the shared node when the first test asks for it. */
public final class NodeExtension implements ExecutionCondition, ParameterResolver, AfterEachCallback {
    private static final Namespace NAMESPACE = Namespace.create(NodeExtension.class);

    /** Why live tests are skipped elsewhere. */
    public static final String NEEDS_WORLD = "needs mounts and network of its own: run it by ./check";

    /** A node or the reason why there is none, so that one failed start does not cost every test its patience. */
    private record Shared(@Nullable TestNode node, @Nullable Exception failure) implements AutoCloseable {
        static Shared start() {
            try {
                return new Shared(TestNode.start("berthtest0"), null);
            } catch (IOException | RuntimeException e) {
                return new Shared(null, e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return new Shared(null, e);
            }
        }

        @Override
        public void close() throws IOException {
            if (node != null) {
                node.close();
            }
        }
    }

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        return isAllowed()
                ? ConditionEvaluationResult.enabled("in a world of its own")
                : ConditionEvaluationResult.disabled(NEEDS_WORLD);
    }

    /** Whether live tests may run here. */
    public static boolean isAllowed() {
        return World.isPrivate() || !System.getProperty(TestNode.SOCKET, "").isEmpty();
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == TestNode.class;
    }

    @Override
    public TestNode resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return node(context);
    }

    @Override
    public void afterEach(ExtensionContext context) {
        node(context).pods().removeAll();
    }

    private static TestNode node(ExtensionContext context) {
        Shared shared = context.getRoot()
                .getStore(NAMESPACE)
                .getOrComputeIfAbsent(Shared.class, _ -> Shared.start(), Shared.class);
        if (shared.failure() != null) {
            throw new IllegalStateException("The node of these tests did not start", shared.failure());
        }
        return Objects.requireNonNull(shared.node());
    }
}
