/** Containers: their state and the verbs of CRI on them, one class per RPC. */
@NullMarked
package dev.berth.cri.container;

import org.jspecify.annotations.NullMarked;
