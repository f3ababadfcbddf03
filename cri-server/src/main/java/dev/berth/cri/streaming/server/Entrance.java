package dev.berth.cri.streaming.server;

import dev.berth.cri.streaming.token.Grant;
import dev.berth.cri.streaming.token.Tokens;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Takes the one request of a connection, and its token, and hands the connection to the protocol that the client asks for. */
final class Entrance extends SimpleChannelInboundHandler<FullHttpRequest> {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Tokens tokens;
    private final Sessions sessions;
    private boolean asked;

    Entrance(Tokens tokens, Sessions sessions) {
        this.tokens = tokens;
        this.sessions = sessions;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        var _ = context.executor()
                .schedule(
                        () -> {
                            if (!asked) {
                                var _ = context.close();
                            }
                        },
                        PATIENCE.toMillis(),
                        TimeUnit.MILLISECONDS);
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
        if (asked) {
            return; // An answer is on its way, and the connection closes after it.
        }
        asked = true;
        if (!request.decoderResult().isSuccess()) {
            refuse(context, HttpResponseStatus.BAD_REQUEST, "The request cannot be read.");
            return;
        }
        if (!request.method().equals(HttpMethod.GET) && !request.method().equals(HttpMethod.POST)) {
            refuse(context, HttpResponseStatus.METHOD_NOT_ALLOWED, "Only GET and POST open a session.");
            return;
        }
        Optional<Grant> grant = grant(request.uri());
        if (grant.isEmpty()) {
            refuse(
                    context,
                    HttpResponseStatus.NOT_FOUND,
                    "There is no such session: its URL is good once, for the verb it was given for, for %d s."
                            .formatted(Tokens.LIFE.toSeconds()));
            return;
        }
        upgrade(context, request, grant.get());
    }

    private Optional<Grant> grant(String uri) {
        int query = uri.indexOf('?');
        String[] parts = (query < 0 ? uri : uri.substring(0, query)).split("/", -1);
        return parts.length == 3 && parts[0].isEmpty() ? tokens.take(parts[1], parts[2]) : Optional.empty();
    }

    private void upgrade(ChannelHandlerContext context, FullHttpRequest request, Grant grant) {
        String wanted = request.headers().get(HttpHeaderNames.UPGRADE, "").toLowerCase(Locale.ROOT);
        boolean connection = request.headers().containsValue(HttpHeaderNames.CONNECTION, HttpHeaderNames.UPGRADE, true);
        if (connection && wanted.equals("spdy/3.1")) {
            SpdyUpgrade.of(sessions, request, grant).run(context);
        } else if (connection && wanted.equals("websocket")) {
            WebSocketUpgrade.of(sessions, request, grant).run(context);
        } else {
            refuse(
                    context,
                    HttpResponseStatus.BAD_REQUEST,
                    "A session needs an upgrade of the connection to SPDY/3.1 or websocket.");
        }
    }

    static void refuse(ChannelHandlerContext context, HttpResponseStatus status, String sentence) {
        refuse(context, response(status, sentence));
    }

    static void refuse(ChannelHandlerContext context, FullHttpResponse response) {
        var _ = context.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
    }

    static FullHttpResponse response(HttpResponseStatus status, @Nullable String sentence) {
        byte[] body = sentence == null ? new byte[0] : (sentence + "\n").getBytes(StandardCharsets.UTF_8);
        FullHttpResponse response =
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, Unpooled.wrappedBuffer(body));
        if (sentence != null) {
            response.headers()
                    .set(HttpHeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8")
                    .set(HttpHeaderNames.CONTENT_LENGTH, body.length)
                    .set(HttpHeaderNames.CONNECTION, "close");
        }
        return response;
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        var _ = context.close();
    }
}
