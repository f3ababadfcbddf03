/** What a server has to do, as a list that tests are held against. */
@NullMarked
package dev.berth.tests.coverage;

import org.jspecify.annotations.NullMarked;
