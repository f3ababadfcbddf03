package dev.berth.tests.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.berth.cri.v1.PortMapping;
import dev.berth.tests.coverage.Covers;
import dev.berth.tests.node.LocalRegistry;
import dev.berth.tests.node.TestNode;
import dev.berth.tests.pod.Pods;
import dev.berth.tests.pod.RunningPod;
import dev.berth.tests.world.OnNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import org.junit.jupiter.api.Test;

@OnNode
class NetworkTest {
    private static final String SERVE = "mkdir /www; echo -n ahoy > /www/index.html; exec httpd -f -p 80 -h /www";

    private final Pods pods;

    NetworkTest(TestNode node) {
        pods = node.pods();
    }

    @Test
    @Covers("network.container-port")
    void aPodIsReachedAtItsAddressByTheNodeAndByOtherPods() throws Exception {
        RunningPod server = pods.run(pods.config("server")
                .addPortMappings(PortMapping.newBuilder().setContainerPort(80))
                .build());
        server.start(pods.shell("main", SERVE));
        String ip = server.status().getNetwork().getIp();
        assertEquals("ahoy", get("http://%s/".formatted(ip)));
        RunningPod client = pods.run("client");
        String container = client.start(pods.idle("main"));
        assertEquals("ahoy", client.shell(container, "wget -q -O - http://%s/".formatted(ip)));
    }

    @Test
    @Covers("network.host-port")
    void aHostPortIsReachedOnLoopbackToo() throws Exception {
        int port = LocalRegistry.freePort();
        RunningPod pod = pods.run(pods.config("port")
                .addPortMappings(PortMapping.newBuilder().setContainerPort(80).setHostPort(port))
                .build());
        pod.start(pods.shell("main", SERVE));
        assertEquals("ahoy", get("http://127.0.0.1:%d/".formatted(port)));
    }

    private static String get(String uri) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(uri))
                .timeout(Duration.ofSeconds(3))
                .build();
        try (HttpClient http = HttpClient.newHttpClient()) {
            for (int i = 0; ; i++) {
                try {
                    return http.send(request, BodyHandlers.ofString()).body();
                } catch (IOException e) {
                    if (i == 20) {
                        throw e;
                    }
                    Thread.sleep(100);
                }
            }
        }
    }
}
