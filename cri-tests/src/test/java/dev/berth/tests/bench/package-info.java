/** Tests of the arithmetic of benchmarks. */
@NullMarked
package dev.berth.tests.bench;

import org.jspecify.annotations.NullMarked;
