/** What live tests share: the world they need and the node they run on. */
@NullMarked
package dev.berth.tests.world;

import org.jspecify.annotations.NullMarked;
