/** A client of any CRI socket. */
@NullMarked
package dev.berth.tests.client;

import org.jspecify.annotations.NullMarked;
