/** Which ids a container's processes run with, from the request and the image's own passwd and group files. */
@NullMarked
package dev.berth.runtime.user;

import org.jspecify.annotations.NullMarked;
