/** SELinux labels: how they are written, which ones a node gives its containers, and how files get them. */
@NullMarked
package dev.berth.runtime.selinux;

import org.jspecify.annotations.NullMarked;
