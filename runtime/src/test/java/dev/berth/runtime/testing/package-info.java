/** What the tests of several packages assert in the same way. */
@NullMarked
package dev.berth.runtime.testing;

import org.jspecify.annotations.NullMarked;
