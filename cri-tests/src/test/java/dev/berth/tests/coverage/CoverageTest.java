package dev.berth.tests.coverage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.tests.coverage.Behaviour.Kind;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.platform.commons.annotation.Testable;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.commons.support.HierarchyTraversalMode;
import org.junit.platform.commons.support.ReflectionSupport;

class CoverageTest {
    @Test
    void everyBehaviourHasATestThatShowsIt() {
        Set<String> shown = shown();
        assertEquals(
                List.of(),
                Behaviour.all().stream()
                        .filter(behaviour -> behaviour.kind().needsTest() && !shown.contains(behaviour.id()))
                        .map(behaviour -> "@Covers(\"%s\"): %s".formatted(behaviour.id(), behaviour.text()))
                        .toList());
    }

    @Test
    void noTestClaimsABehaviourThatTheListDoesNotHave() {
        Set<String> unknown = new TreeSet<>(shown());
        unknown.removeAll(byId().keySet());
        assertEquals(Set.of(), unknown);
    }

    @Test
    void onlyTestsClaimBehaviours() {
        List<String> others = marked().filter(method -> !AnnotationSupport.isAnnotated(method, Testable.class))
                .map(Method::toString)
                .toList();
        assertEquals(List.of(), others);
    }

    @Test
    void idsAndTextsAreUnique() {
        List<Behaviour> all = Behaviour.all();
        assertEquals(all.size(), byId().size());
        assertEquals(all.size(), all.stream().map(Behaviour::text).distinct().count());
        assertTrue(all.stream().anyMatch(behaviour -> behaviour.kind() == Kind.SPEC));
    }

    @Test
    void aRowIsIdKindAndText() {
        assertEquals(
                List.of(new Behaviour("pod.run", Kind.SPEC, "a pod runs")),
                Behaviour.parse("# id, kind, text\n\npod.run\tspec\ta pod runs\n"));
        assertThrows(IllegalArgumentException.class, () -> Behaviour.parse("pod.run spec a pod runs"));
        assertThrows(IllegalArgumentException.class, () -> Behaviour.parse("pod.run\tother\ta pod runs"));
    }

    private static Map<String, Behaviour> byId() {
        return Behaviour.all().stream().collect(Collectors.toMap(Behaviour::id, Function.identity()));
    }

    private static Set<String> shown() {
        return marked().flatMap(method ->
                        Arrays.stream(method.getAnnotation(Covers.class).value()))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Stream<Method> marked() {
        return ReflectionSupport.findAllClassesInPackage("dev.berth.tests", _ -> true, _ -> true).stream()
                .flatMap(type -> ReflectionSupport.findMethods(
                        type, method -> method.isAnnotationPresent(Covers.class), HierarchyTraversalMode.TOP_DOWN)
                        .stream());
    }
}
