/** What a container asks for, and its compilation into the plan that makes it so. */
@NullMarked
package dev.berth.runtime.launch;

import org.jspecify.annotations.NullMarked;
