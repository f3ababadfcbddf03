/** Tests of the log format. */
@NullMarked
package dev.berth.tests.pod;

import org.jspecify.annotations.NullMarked;
