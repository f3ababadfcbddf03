/** Tests of the totals. */
@NullMarked
package dev.berth.tests.report;

import org.jspecify.annotations.NullMarked;
