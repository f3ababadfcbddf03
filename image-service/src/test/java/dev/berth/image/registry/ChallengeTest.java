package dev.berth.image.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ChallengeTest {
    @Test
    void aBearerChallengeIsRead() {
        Challenge challenge =
                only("Bearer realm=\"https://auth.example/token\",service=\"reg\",scope=\"repository:a/b:pull,push\"");
        assertEquals("bearer", challenge.scheme());
        assertEquals("https://auth.example/token", challenge.parameter("realm"));
        assertEquals("reg", challenge.parameter("service"));
        assertEquals("repository:a/b:pull,push", challenge.parameter("scope"));
        assertEquals("", challenge.parameter("error"));
    }

    @Test
    void spacesEscapesAndCaseDoNotMatter() {
        Challenge challenge = only("BEARER  Realm = \"a \\\"quoted\\\" one\" ,  SERVICE=bare");
        assertEquals(Map.of("realm", "a \"quoted\" one", "service", "bare"), challenge.parameters());
    }

    @Test
    void severalChallengesInOneHeaderAreToldApart() {
        List<Challenge> challenges = Challenge.parse(List.of("Basic realm=\"x\", Bearer realm=\"y\", Negotiate"));
        assertEquals(
                List.of("basic", "bearer", "negotiate"),
                challenges.stream().map(Challenge::scheme).toList());
        assertEquals("y", challenges.get(1).parameter("realm"));
    }

    @Test
    void garbageIsLeftOutAndEnds() {
        assertTrue(Challenge.parse(List.of("", " , ,", "\"", "=,=\"\"", "x".repeat(100_000)))
                        .size()
                <= 16);
        assertTrue(Challenge.parse(List.of("a ".repeat(1000))).size() <= 16);
        assertEquals("unclosed", only("Basic realm=\"unclosed").parameter("realm"));
    }

    private static Challenge only(String header) {
        List<Challenge> challenges = Challenge.parse(List.of(header));
        assertEquals(1, challenges.size());
        return challenges.getFirst();
    }
}
