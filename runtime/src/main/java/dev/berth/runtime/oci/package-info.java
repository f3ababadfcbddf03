/** OCI runtimes: the config.json of a container, their command line, and what they write. */
@NullMarked
package dev.berth.runtime.oci;

import org.jspecify.annotations.NullMarked;
