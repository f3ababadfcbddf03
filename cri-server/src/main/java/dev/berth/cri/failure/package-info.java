/** Why a request was refused or failed, in one sealed family that maps to gRPC status in one place. */
@NullMarked
package dev.berth.cri.failure;

import org.jspecify.annotations.NullMarked;
