/** Benchmarks of CRI servers side by side. */
@NullMarked
package dev.berth.tests.bench;

import org.jspecify.annotations.NullMarked;
