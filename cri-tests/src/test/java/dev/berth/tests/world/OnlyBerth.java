package dev.berth.tests.world;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/** Tests of what CRI leaves to a server, or of what only Berth has; with another server they are skipped. */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(OnlyBerthCondition.class)
public @interface OnlyBerth {
    /** Why another server need not pass. */
    String value();
}
