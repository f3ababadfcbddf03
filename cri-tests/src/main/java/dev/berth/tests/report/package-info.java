/** The totals of a test run. */
@NullMarked
package dev.berth.tests.report;

import org.jspecify.annotations.NullMarked;
