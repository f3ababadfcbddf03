/** The one door to the kernel: every system call that Berth makes goes through {@link dev.berth.runtime.kernel.Kernel}. */
@NullMarked
package dev.berth.runtime.kernel;

import org.jspecify.annotations.NullMarked;
