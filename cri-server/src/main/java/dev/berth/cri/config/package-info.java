/** The settings of Berth: what each means, which values it takes, where its value came from. */
@NullMarked
package dev.berth.cri.config;

import org.jspecify.annotations.NullMarked;
