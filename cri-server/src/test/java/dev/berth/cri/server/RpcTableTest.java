package dev.berth.cri.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.berth.cri.v1.RuntimeServiceGrpc;
import dev.berth.cri.v1.VersionRequest;
import dev.berth.cri.v1.VersionResponse;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RpcTableTest {
    private static final Rpc<VersionRequest, VersionResponse> VERSION = _ -> VersionResponse.getDefaultInstance();

    @Test
    void findsWhatItWasGivenAndNothingElse() {
        RpcTable table = RpcTable.builder()
                .unary(RuntimeServiceGrpc.getVersionMethod(), VERSION)
                .build();
        assertEquals(new RpcTable.Entry.Unary<>(VERSION), table.find(RuntimeServiceGrpc.getVersionMethod()));
        assertNull(table.find(RuntimeServiceGrpc.getStatusMethod()));
        assertEquals(Set.of("runtime.v1.RuntimeService/Version"), table.methods());
    }

    @Test
    void refusesTwoAnswersForOneRpc() {
        RpcTable.Builder builder = RpcTable.builder().unary(RuntimeServiceGrpc.getVersionMethod(), VERSION);
        IllegalArgumentException refusal = assertThrows(
                IllegalArgumentException.class, () -> builder.unary(RuntimeServiceGrpc.getVersionMethod(), VERSION));
        Sentence.assertSays("two answers", refusal);
    }

    @Test
    void refusesAUnaryAnswerForAStream() {
        assertThrows(
                IllegalArgumentException.class,
                () -> RpcTable.builder().unary(RuntimeServiceGrpc.getGetContainerEventsMethod(), _ -> {
                    throw new AssertionError("never called");
                }));
    }
}
