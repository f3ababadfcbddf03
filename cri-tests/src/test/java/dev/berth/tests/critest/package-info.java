/** The real critest as tests. */
@NullMarked
package dev.berth.tests.critest;

import org.jspecify.annotations.NullMarked;
