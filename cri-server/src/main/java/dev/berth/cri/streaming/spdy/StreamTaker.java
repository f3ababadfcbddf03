package dev.berth.cri.streaming.spdy;

import dev.berth.cri.streaming.flow.Receiver;
import io.netty.handler.codec.spdy.SpdyHeaders;
import java.util.Optional;

/** Decides on the streams that a client opens. Called on the event loop. */
public interface StreamTaker {
    /** Where the bytes of a new stream go; empty refuses it. Header names are in lower case. */
    Optional<Receiver> accept(SpdyStream stream, SpdyHeaders headers);

    /** The client has been told that the stream is accepted, so from now on it may be written to. */
    void accepted(SpdyStream stream);

    /** The client wants to hear nothing more of this stream. */
    void reset(SpdyStream stream);

    /** Both sides have said on this stream that nothing follows. */
    void closed(SpdyStream stream);

    /** The connection is gone. */
    void gone();
}
