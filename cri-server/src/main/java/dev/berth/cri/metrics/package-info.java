/** What Berth counts and times, and the page where Prometheus reads it. */
@NullMarked
package dev.berth.cri.metrics;

import org.jspecify.annotations.NullMarked;
