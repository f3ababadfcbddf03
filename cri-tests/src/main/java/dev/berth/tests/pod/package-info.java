/** Pods and containers as tests and benchmarks ask for them. */
@NullMarked
package dev.berth.tests.pod;

import org.jspecify.annotations.NullMarked;
