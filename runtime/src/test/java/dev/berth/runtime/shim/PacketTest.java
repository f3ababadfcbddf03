package dev.berth.runtime.shim;

import static dev.berth.runtime.testing.Refusal.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.berth.runtime.testing.CHeader;
import dev.berth.runtime.testing.FakeKernel;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The Java side of the shim's packets against runtime/src/main/c/protocol.h. */
class PacketTest {
    private CHeader c;

    @BeforeEach
    void readHeader() throws Exception {
        c = CHeader.read();
    }

    @Test
    void typesHaveTheNumbersOfTheHeader() {
        Map<String, Integer> types = Map.ofEntries(
                Map.entry("PACKET_SPAWN", Packet.SPAWN),
                Map.entry("PACKET_RUN", Packet.RUN),
                Map.entry("PACKET_FDS_AHEAD", Packet.FDS),
                Map.entry("PACKET_LAUNCH", Packet.LAUNCH),
                Map.entry("PACKET_SIGNAL", Packet.SIGNAL),
                Map.entry("PACKET_REOPEN_LOG", Packet.REOPEN_LOG),
                Map.entry("PACKET_FORGET", Packet.FORGET),
                Map.entry("PACKET_STATE", Packet.STATE),
                Map.entry("PACKET_SHUTDOWN", Packet.SHUTDOWN),
                Map.entry("PACKET_ATTACH", Packet.ATTACH),
                Map.entry("PACKET_RESIZE", Packet.RESIZE),
                Map.entry("PACKET_SOCKET", Packet.SOCKET),
                Map.entry("PACKET_DONE", Packet.DONE),
                Map.entry("PACKET_SPAWNED", Packet.SPAWNED),
                Map.entry("PACKET_LAUNCHED", Packet.LAUNCHED),
                Map.entry("PACKET_EXITED", Packet.EXITED),
                Map.entry("PACKET_STATE_REPLY", Packet.STATES));
        types.forEach((name, number) -> assertEquals(c.number(name), number.longValue(), name));
        assertEquals(c.number("PACKET_MAGIC"), Packet.MAGIC);
        assertEquals(c.number("PACKET_VERSION"), Packet.VERSION);
        assertEquals(c.number("ID_SIZE"), Packet.ID);
        assertEquals(c.struct("packet_header").size(), Packet.HEADER);
    }

    @Test
    void aPacketsHeaderLiesWhereCReadsIt() {
        ByteBuffer packet = little(Packet.of(Packet.SIGNAL, 7, Packet.id("c1", 15)));
        CHeader.Struct header = c.struct("packet_header");
        assertEquals(Packet.MAGIC, packet.getInt(header.at("magic")));
        assertEquals(Packet.SIGNAL, packet.getShort(header.at("type")));
        assertEquals(Packet.VERSION, packet.getShort(header.at("version")));
        assertEquals(7, packet.getInt(header.at("tag")));
        assertEquals(c.struct("request").size(), packet.getInt(header.at("length")));
        assertEquals(15, packet.getInt(header.size() + c.struct("request").at("number")));
    }

    @Test
    void anIdOf71CharactersFitsAndOneMoreIsRefused() {
        String longest = "x".repeat(71);
        assertEquals(longest, Packet.id(ByteBuffer.wrap(Packet.id(longest))));
        assertRefused("longer than 71 characters", () -> Packet.id(longest + "y"));
    }

    @Test
    void anExitIsReadWhereCWritesIt() {
        CHeader.Struct exited = c.struct("exited");
        FakeKernel kernel = new FakeKernel();
        ByteBuffer payload = little(new byte[exited.size()]);
        payload.put("c1".getBytes(StandardCharsets.US_ASCII));
        payload.putInt(exited.at("pid"), 42)
                .putInt(exited.at("status"), 3 << 8)
                .putLong(exited.at("finished"), 123L)
                .putLong(exited.at("oom_kills"), 4L)
                .putLong(exited.at("lost_bytes"), 5L);
        ProcessExit exit = ProcessExit.read(kernel, payload.rewind(), List.of());
        assertEquals(
                List.of("c1", 42, 3, 123L, 4L, 5L),
                List.of(
                        exit.id(),
                        exit.pid(),
                        exit.exitCode(),
                        exit.finishedAt(),
                        exit.oomKills(),
                        exit.lostLogBytes()));
        assertArrayEquals(new byte[0], exit.stdout());
    }

    @Test
    void aStateIsReadWhereCWritesIt() {
        CHeader.Struct entry = c.struct("state_entry");
        ByteBuffer payload = little(new byte[2 * entry.size() + 8]);
        payload.put("c1".getBytes(StandardCharsets.US_ASCII));
        payload.putInt(entry.at("state"), 1)
                .putInt(entry.at("pid"), 42)
                .putLong(entry.at("started"), 7L)
                .putInt(entry.size() + entry.at("state"), 2)
                .putInt(entry.size() + entry.at("status"), 9)
                .putLong(entry.size() + entry.at("finished"), 8L)
                .putLong(entry.size() + entry.at("oom_kills"), 1L)
                .putLong(entry.size() + entry.at("lost_bytes"), 2L);
        List<ProcessState> states = ProcessState.readAll(payload.rewind());
        assertEquals(
                List.of(
                        new ProcessState("c1", ProcessState.Phase.RUNNING, 42, 0, 7, 0, 0, 0),
                        new ProcessState("", ProcessState.Phase.EXITED, 0, 9, 0, 8, 1, 2)),
                states);
        assertEquals(128 + 9, states.getLast().exitCode());
    }

    @Test
    void exitCodesAreThoseOfAShell() {
        assertEquals(0, ProcessExit.exitCode(0));
        assertEquals(255, ProcessExit.exitCode(255 << 8));
        assertEquals(128 + 15, ProcessExit.exitCode(15));
        assertEquals(128 + 11, ProcessExit.exitCode(11 | 0x80), "a core was dumped");
    }

    private static ByteBuffer little(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
