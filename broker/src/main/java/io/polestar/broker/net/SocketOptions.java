package io.polestar.broker.net;

/**
 * How sockets are made.
 *
 * @param sendBufferBytes {@code socket.send.buffer.bytes}, -1 for the operating system's default
 * @param receiveBufferBytes {@code socket.receive.buffer.bytes}, -1 for the operating system's default
 * @param backlog {@code socket.listen.backlog.size}: connections that wait to be accepted
 */
public record SocketOptions(int sendBufferBytes, int receiveBufferBytes, int backlog) {
    static final int OS_DEFAULT = -1;
}
