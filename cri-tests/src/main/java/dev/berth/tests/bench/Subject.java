package dev.berth.tests.bench;

import dev.berth.cri.v1.ImageSpec;
import dev.berth.cri.v1.ImageStatusRequest;
import dev.berth.cri.v1.PullImageRequest;
import dev.berth.tests.client.CriClient;
import dev.berth.tests.node.Command;
import dev.berth.tests.pod.Pods;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A server that is measured.
 *
 * @param name how it is called in tables
 * @param pods makes its pods, over one long-lived connection
 */
record Subject(String name, Pods pods) {

    /** Connects to NAME=SOCKET and pulls the image if it is absent. */
    static Subject connect(String named, String image, Path logs) {
        int equals = named.indexOf('=');
        if (equals < 1) {
            throw new IllegalArgumentException("'%s' is not NAME=SOCKET".formatted(named));
        }
        CriClient client = CriClient.connect(Path.of(named.substring(equals + 1).replaceFirst("^unix://", "")));
        ImageSpec spec = ImageSpec.newBuilder().setImage(image).build();
        if (!client.images()
                .imageStatus(ImageStatusRequest.newBuilder().setImage(spec).build())
                .hasImage()) {
            client.images()
                    .pullImage(PullImageRequest.newBuilder().setImage(spec).build());
        }
        return new Subject(named.substring(0, equals), new Pods(client, image, logs));
    }

    /** Removes the folder of the pods' logs. */
    static void deleteLogs(Path logs) throws IOException, InterruptedException {
        Command.run("rm", "-rf", logs.toString());
    }

    CriClient client() {
        return pods.client();
    }
}
