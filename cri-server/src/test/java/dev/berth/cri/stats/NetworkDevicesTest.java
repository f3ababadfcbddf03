package dev.berth.cri.stats;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.berth.cri.v1.NetworkUsage;
import java.util.List;
import org.junit.jupiter.api.Test;

class NetworkDevicesTest {
    private static final String TEXT = """
            Inter-|   Receive                                                |  Transmit
             face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
                lo:     100       2    0    0    0     0          0         0      100       2    0    0    0     0       0          0
              net1:       7       1    0    0    0     0          0         0        8       1    0    0    0     0       0          0
              eth0: 1234567     890   12   34    0     0          0         0 18446744073709551615      90    5    6    0     0       0          0
            """;

    @Test
    void theUsualDeviceIsFirstAndLoopbackLast() {
        assertEquals(
                List.of("eth0", "net1", "lo"),
                NetworkDevices.parse(TEXT).stream()
                        .map(NetworkDevices.Device::name)
                        .toList());
    }

    @Test
    void countersAreThoseOfTheirColumns() {
        assertEquals(
                new NetworkDevices.Device("eth0", 1234567, 890, 12, 34, -1, 90, 5, 6),
                NetworkDevices.parse(TEXT).getFirst());
    }

    @Test
    void linesOfAnotherFormAreLeftOut() {
        assertEquals(List.of(), NetworkDevices.parse("eth0: 1 2 3\n\nnonsense"));
    }

    @Test
    void theDefaultInterfaceIsInTheListTooAndLoopbackIsNeverIt() {
        NetworkUsage usage = UsageView.network(NetworkDevices.parse(TEXT), 5);
        assertEquals("eth0", usage.getDefaultInterface().getName());
        assertEquals(3, usage.getInterfacesCount());
        assertEquals(usage.getDefaultInterface(), usage.getInterfaces(0));
        String alone =
                TEXT.lines().filter(line -> line.contains("lo:")).findFirst().orElseThrow();
        assertEquals(false, UsageView.network(NetworkDevices.parse(alone), 5).hasDefaultInterface());
    }
}
