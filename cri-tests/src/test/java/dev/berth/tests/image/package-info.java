/** Tests of image building. */
@NullMarked
package dev.berth.tests.image;

import org.jspecify.annotations.NullMarked;
