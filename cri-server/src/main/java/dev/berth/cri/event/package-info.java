/** Tells subscribers of GetContainerEvents what happens to pods and containers. */
@NullMarked
package dev.berth.cri.event;

import org.jspecify.annotations.NullMarked;
