/** What security modules of the kernel do with pods and containers: AppArmor profiles and SELinux labels. */
@NullMarked
package dev.berth.cri.confinement;

import org.jspecify.annotations.NullMarked;
