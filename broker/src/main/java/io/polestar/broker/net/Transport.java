package io.polestar.broker.net;

import io.netty.channel.IoHandlerFactory;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;

/** The way to the operating system's sockets. */
enum Transport {
    EPOLL(EpollServerSocketChannel.class),
    NIO(NioServerSocketChannel.class);

    private final Class<? extends ServerSocketChannel> channelClass;

    Transport(Class<? extends ServerSocketChannel> channelClass) {
        this.channelClass = channelClass;
    }

    /** Linux's epoll where Netty has a library for the machine, the JDK's selector elsewhere. */
    static Transport best() {
        return Epoll.isAvailable() ? EPOLL : NIO;
    }

    Class<? extends ServerSocketChannel> channelClass() {
        return channelClass;
    }

    IoHandlerFactory newHandlerFactory() {
        return this == EPOLL ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
    }
}
