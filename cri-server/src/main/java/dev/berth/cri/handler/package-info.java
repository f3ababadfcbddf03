/** The OCI runtimes that are configured as runtime handlers, and what is asked of them. */
@NullMarked
package dev.berth.cri.handler;

import org.jspecify.annotations.NullMarked;
