/** The daemon's side of the shim protocol (docs/shim.md): the helper, the shims and what they report. */
@NullMarked
package dev.berth.runtime.shim;

import org.jspecify.annotations.NullMarked;
