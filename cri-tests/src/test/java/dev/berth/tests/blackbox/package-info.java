/** Tests that know a running server by its socket alone. */
@NullMarked
package dev.berth.tests.blackbox;

import org.jspecify.annotations.NullMarked;
