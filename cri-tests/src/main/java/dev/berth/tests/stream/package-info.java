/** The client's side of exec, attach and port-forward, down to single bytes. */
@NullMarked
package dev.berth.tests.stream;

import org.jspecify.annotations.NullMarked;
