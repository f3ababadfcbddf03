package dev.berth.cri.server;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import java.io.IOException;

/**
 * Lets only root and the user that Berth runs as through the listening socket. The socket's mode says the same; this holds when
 * someone loosens the mode.
 */
final class PeerCheck extends ChannelInboundHandlerAdapter {
    private static final System.Logger LOG = System.getLogger("dev.berth.cri.server");

    private final int ownUid;

    PeerCheck(int ownUid) {
        this.ownUid = ownUid;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
        if (message instanceof EpollDomainSocketChannel peer && !admits(peer)) {
            // The channel has no event loop yet, so it is closed without one.
            peer.unsafe().closeForcibly();
            return;
        }
        super.channelRead(context, message);
    }

    private boolean admits(EpollDomainSocketChannel peer) throws IOException {
        int uid = peer.peerCredentials().uid();
        boolean admitted = admits(uid);
        if (!admitted) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "A process of uid {0,number,#} connected to the CRI socket and was turned away.",
                    uid);
        }
        return admitted;
    }

    boolean admits(int uid) {
        return uid == 0 || uid == ownUid;
    }
}
