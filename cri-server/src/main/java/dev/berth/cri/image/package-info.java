/** Images: the verbs of CRI on them, one class per RPC. */
@NullMarked
package dev.berth.cri.image;

import org.jspecify.annotations.NullMarked;
