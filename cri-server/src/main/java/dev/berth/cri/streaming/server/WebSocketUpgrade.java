package dev.berth.cri.streaming.server;

import dev.berth.cri.streaming.flow.ClientChannel;
import dev.berth.cri.streaming.portforward.SpdyPortForward;
import dev.berth.cri.streaming.remotecommand.Command;
import dev.berth.cri.streaming.remotecommand.Protocol;
import dev.berth.cri.streaming.spdy.SpdyConnection;
import dev.berth.cri.streaming.token.Grant;
import dev.berth.cri.streaming.websocket.Tunnel;
import dev.berth.cri.streaming.websocket.WebSocketCommand;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketFrameAggregator;
import io.netty.handler.codec.http.websocketx.WebSocketHandshakeException;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshaker;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshakerFactory;
import java.util.List;
import java.util.Optional;

/** The change of a connection from HTTP to WebSocket. */
final class WebSocketUpgrade {
    /** The longest message, and the longest part of one; clients send 32 KiB at a time. */
    private static final int MOST_MESSAGE_BYTES = 1 << 20;

    private final Sessions sessions;
    private final FullHttpRequest request;
    private final List<String> offered;
    private final Grant grant;

    private WebSocketUpgrade(Sessions sessions, FullHttpRequest request, List<String> offered, Grant grant) {
        this.sessions = sessions;
        this.request = request;
        this.offered = offered;
        this.grant = grant;
    }

    static WebSocketUpgrade of(Sessions sessions, FullHttpRequest request, Grant grant) {
        List<String> offered = Offered.in(request, HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL);
        return new WebSocketUpgrade(sessions, request, offered, grant);
    }

    void run(ChannelHandlerContext context) {
        switch (grant) {
            case Grant.Exec exec -> command(context, Command.of(sessions.targets(), exec.request()));
            case Grant.Attach attach -> command(context, Command.of(sessions.targets(), attach.request()));
            case Grant.PortForward forward -> forward(context, forward.request().getPodSandboxId());
        }
    }

    private void command(ChannelHandlerContext context, Command command) {
        Optional<Protocol> protocol = Protocol.choose(Protocol.WEB_SOCKET, offered);
        if (protocol.isEmpty()) {
            refuse(context, Protocol.WEB_SOCKET.stream().map(Protocol::text).toList());
            return;
        }
        if (!handshake(context, protocol.get().text())) {
            return;
        }
        ClientChannel client = new ClientChannel(context.channel());
        WebSocketCommand session = new WebSocketCommand(sessions.kernel(), client, command, protocol.get());
        var _ = context.pipeline().addLast(new WebSocketFrameAggregator(MOST_MESSAGE_BYTES), session);
        context.pipeline().remove(Entrance.class);
        session.start();
        client.closeWhenIdle(sessions.idle());
    }

    private void forward(ChannelHandlerContext context, String pod) {
        if (!offered.contains(Tunnel.PROTOCOL)) {
            refuse(context, List.of(Tunnel.PROTOCOL));
            return;
        }
        if (!handshake(context, Tunnel.PROTOCOL)) {
            return;
        }
        ClientChannel client = ClientChannel.tunnelled(context.channel());
        ChannelPipeline pipeline = context.pipeline();
        var _ = pipeline.addLast(new Tunnel());
        SpdyConnection.install(
                pipeline, client, new SpdyPortForward(sessions.kernel(), sessions.targets(), client, pod));
        pipeline.remove(Entrance.class);
        client.closeWhenIdle(sessions.idle());
    }

    private boolean handshake(ChannelHandlerContext context, String protocol) {
        WebSocketServerHandshaker handshaker = request.method().equals(HttpMethod.GET)
                ? new WebSocketServerHandshakerFactory("", protocol, false, MOST_MESSAGE_BYTES).newHandshaker(request)
                : null;
        if (handshaker == null) {
            Entrance.refuse(context, HttpResponseStatus.BAD_REQUEST, "WebSocket is spoken in version 13, after a GET.");
            return false;
        }
        try {
            var _ = handshaker.handshake(context.channel(), request);
            return true;
        } catch (WebSocketHandshakeException _) {
            Entrance.refuse(context, HttpResponseStatus.BAD_REQUEST, "The handshake of WebSocket is incomplete.");
            return false;
        }
    }

    private void refuse(ChannelHandlerContext context, List<String> spoken) {
        Entrance.refuse(context, HttpResponseStatus.FORBIDDEN, Offered.refusal(offered, spoken));
    }
}
