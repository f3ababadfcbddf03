/** Black-box suites against a running CRI server. */
@NullMarked
package dev.berth.tests;

import org.jspecify.annotations.NullMarked;
