/** The {@code berth} command: one class for each subcommand. */
@NullMarked
package dev.berth.cri.command;

import org.jspecify.annotations.NullMarked;
