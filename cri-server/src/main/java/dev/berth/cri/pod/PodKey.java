package dev.berth.cri.pod;

import dev.berth.cri.v1.PodSandboxMetadata;

/** What makes two requests for a pod sandbox the same. */
record PodKey(String name, String namespace, String uid, int attempt) {
    static PodKey of(PodSandboxMetadata metadata) {
        return new PodKey(metadata.getName(), metadata.getNamespace(), metadata.getUid(), metadata.getAttempt());
    }

    @Override
    public String toString() {
        return "%s/%s (uid %s, attempt %d)".formatted(namespace, name, uid, attempt);
    }
}
