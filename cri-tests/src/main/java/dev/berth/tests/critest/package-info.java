/** The runner of the real critest. */
@NullMarked
package dev.berth.tests.critest;

import org.jspecify.annotations.NullMarked;
