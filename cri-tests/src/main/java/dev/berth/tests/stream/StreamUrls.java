package dev.berth.tests.stream;

import dev.berth.cri.v1.AttachRequest;
import dev.berth.cri.v1.ExecRequest;
import dev.berth.cri.v1.PortForwardRequest;
import dev.berth.tests.client.CriClient;
import java.net.URI;
import java.util.List;

/** Asks a server for the addresses of sessions; each is good once. */
public record StreamUrls(CriClient client) {
    /** A command with all three streams, or with stdin and a terminal. */
    public URI exec(String container, boolean tty, String... command) {
        return exec(container, true, tty, command);
    }

    /** A command with stdout and stderr. */
    public URI output(String container, String... command) {
        return exec(container, false, false, command);
    }

    private URI exec(String container, boolean stdin, boolean tty, String... command) {
        return URI.create(client.runtime()
                .exec(ExecRequest.newBuilder()
                        .setContainerId(container)
                        .addAllCmd(List.of(command))
                        .setStdin(stdin)
                        .setStdout(true)
                        .setStderr(!tty)
                        .setTty(tty)
                        .build())
                .getUrl());
    }

    /** A container without a terminal, all three streams. */
    public URI attach(String container) {
        return URI.create(client.runtime()
                .attach(AttachRequest.newBuilder()
                        .setContainerId(container)
                        .setStdin(true)
                        .setStdout(true)
                        .setStderr(true)
                        .build())
                .getUrl());
    }

    public URI forward(String pod) {
        return URI.create(client.runtime()
                .portForward(
                        PortForwardRequest.newBuilder().setPodSandboxId(pod).build())
                .getUrl());
    }
}
