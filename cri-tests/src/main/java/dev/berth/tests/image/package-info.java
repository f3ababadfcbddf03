/** Images made of the machine's own files, and the local registry that serves them. */
@NullMarked
package dev.berth.tests.image;

import org.jspecify.annotations.NullMarked;
