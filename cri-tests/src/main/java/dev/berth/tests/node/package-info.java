/** A node to test on: programs of the machine, a running Berth and its folders. */
@NullMarked
package dev.berth.tests.node;

import org.jspecify.annotations.NullMarked;
