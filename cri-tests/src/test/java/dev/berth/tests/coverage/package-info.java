/** Which test shows what of the list of behaviours. */
@NullMarked
package dev.berth.tests.coverage;

import org.jspecify.annotations.NullMarked;
