package dev.berth.cri.pod;

import dev.berth.cri.v1.ContainerEventType;

/**
 * A change of a pod sandbox or container that has just been recorded.
 *
 * @param id of the container, or of the pod when it is the pod that changed
 */
public record Change(ContainerEventType type, String id, Pod pod) {}
