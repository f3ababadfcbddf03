/** As much of the Kubernetes API as one kubelet needs. */
@NullMarked
package dev.berth.tests.apiserver;

import org.jspecify.annotations.NullMarked;
