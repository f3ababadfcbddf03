package dev.berth.cri.streaming.server;

import dev.berth.cri.streaming.flow.ClientChannel;
import dev.berth.cri.streaming.portforward.SpdyPortForward;
import dev.berth.cri.streaming.remotecommand.Command;
import dev.berth.cri.streaming.remotecommand.Protocol;
import dev.berth.cri.streaming.remotecommand.SpdyCommand;
import dev.berth.cri.streaming.spdy.SpdyConnection;
import dev.berth.cri.streaming.spdy.StreamTaker;
import dev.berth.cri.streaming.token.Grant;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import java.util.List;
import java.util.Optional;

/** The change of a connection from HTTP to SPDY. */
final class SpdyUpgrade {
    private static final String VERSION = "X-Stream-Protocol-Version";
    private static final String SPOKEN = "X-Accepted-Stream-Protocol-Versions";

    private final Sessions sessions;
    private final List<String> offered;
    private final Grant grant;

    private SpdyUpgrade(Sessions sessions, List<String> offered, Grant grant) {
        this.sessions = sessions;
        this.offered = offered;
        this.grant = grant;
    }

    static SpdyUpgrade of(Sessions sessions, FullHttpRequest request, Grant grant) {
        List<String> offered = Offered.in(request, VERSION);
        return new SpdyUpgrade(sessions, offered, grant);
    }

    void run(ChannelHandlerContext context) {
        switch (grant) {
            case Grant.Exec exec -> command(context, Command.of(sessions.targets(), exec.request()));
            case Grant.Attach attach -> command(context, Command.of(sessions.targets(), attach.request()));
            case Grant.PortForward forward -> forward(context, forward.request().getPodSandboxId());
        }
    }

    /** A client that names no version speaks the first one. */
    private void command(ChannelHandlerContext context, Command command) {
        Optional<Protocol> protocol =
                offered.isEmpty() ? Optional.of(Protocol.V1) : Protocol.choose(Protocol.SPDY, offered);
        if (protocol.isEmpty()) {
            refuse(context, Protocol.SPDY.stream().map(Protocol::text).toList());
            return;
        }
        ClientChannel client = new ClientChannel(context.channel());
        change(
                context,
                client,
                protocol.get().text(),
                new SpdyCommand(sessions.kernel(), client, command, protocol.get()));
    }

    private void forward(ChannelHandlerContext context, String pod) {
        if (!offered.isEmpty() && !offered.contains(SpdyPortForward.PROTOCOL)) {
            refuse(context, List.of(SpdyPortForward.PROTOCOL));
            return;
        }
        ClientChannel client = new ClientChannel(context.channel());
        change(
                context,
                client,
                SpdyPortForward.PROTOCOL,
                new SpdyPortForward(sessions.kernel(), sessions.targets(), client, pod));
    }

    private void change(ChannelHandlerContext context, ClientChannel client, String protocol, StreamTaker taker) {
        FullHttpResponse response = Entrance.response(HttpResponseStatus.SWITCHING_PROTOCOLS, null);
        response.headers()
                .set(HttpHeaderNames.CONNECTION, "Upgrade")
                .set(HttpHeaderNames.UPGRADE, "SPDY/3.1")
                .set(VERSION, protocol);
        var _ = context.writeAndFlush(response);
        ChannelPipeline pipeline = context.pipeline();
        SpdyConnection.install(pipeline, client, taker);
        // The codec of HTTP goes last: it hands what the client has already sent of SPDY to what comes after it.
        pipeline.remove(HttpObjectAggregator.class);
        pipeline.remove(Entrance.class);
        pipeline.remove(HttpServerCodec.class);
        client.closeWhenIdle(sessions.idle());
    }

    private void refuse(ChannelHandlerContext context, List<String> spoken) {
        FullHttpResponse response = Entrance.response(HttpResponseStatus.FORBIDDEN, Offered.refusal(offered, spoken));
        response.headers().set(SPOKEN, spoken);
        Entrance.refuse(context, response);
    }
}
