package io.polestar.broker.net;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.HeartbeatRequest;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.requests.ResponseHeader;

/** A client on a bare socket, which can misbehave. Every read ends after a timeout. */
final class WireClient implements AutoCloseable {
    private static final int TIMEOUT_MS = 10_000;

    private final Socket socket = new Socket();
    private final DataInputStream in;

    WireClient(int port) throws IOException {
        this(port, 0);
    }

    /** @param receiveBufferBytes a small one makes the server's sends block soon; 0 for the system's default */
    WireClient(int port, int receiveBufferBytes) throws IOException {
        if (receiveBufferBytes > 0) {
            socket.setReceiveBufferSize(receiveBufferBytes);
        }
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(TIMEOUT_MS);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), TIMEOUT_MS);
        in = new DataInputStream(socket.getInputStream());
    }

    static ByteBuffer framed(AbstractRequest request, int correlationId) {
        RequestHeader header = new RequestHeader(request.apiKey(), request.version(), "wire", correlationId);
        ByteBuffer body = request.serializeWithHeader(header);
        return ByteBuffer.allocate(Integer.BYTES + body.remaining())
                .putInt(body.remaining())
                .put(body)
                .flip();
    }

    static HeartbeatRequest heartbeat(String memberId) {
        return new HeartbeatRequest.Builder(new HeartbeatRequestData()
                        .setGroupId("group")
                        .setMemberId(memberId)
                        .setGenerationId(1))
                .build();
    }

    void send(AbstractRequest request, int correlationId) throws IOException {
        send(framed(request, correlationId));
    }

    void send(ByteBuffer bytes) throws IOException {
        socket.getOutputStream().write(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
        socket.getOutputStream().flush();
    }

    void send(byte[] bytes) throws IOException {
        send(ByteBuffer.wrap(bytes));
    }

    ByteBuffer receiveFrame() throws IOException {
        byte[] frame = new byte[in.readInt()];
        in.readFully(frame);
        return ByteBuffer.wrap(frame);
    }

    /** The correlation id of the next response, which is read and dropped. */
    int receiveCorrelationId(ApiKeys key, short version) throws IOException {
        return ResponseHeader.parse(receiveFrame(), key.responseHeaderVersion(version))
                .correlationId();
    }

    AbstractResponse receive(AbstractRequest request, int correlationId) throws IOException {
        return AbstractResponse.parseResponse(
                receiveFrame(), new RequestHeader(request.apiKey(), request.version(), "wire", correlationId));
    }

    AbstractResponse ask(AbstractRequest request, int correlationId) throws IOException {
        send(request, correlationId);
        return receive(request, correlationId);
    }

    void shutdownOutput() throws IOException {
        socket.shutdownOutput();
    }

    /** Whether the server ends the connection without sending another byte. */
    boolean isClosedByServer() throws IOException {
        try {
            return in.read() == -1;
        } catch (EOFException | SocketException e) {
            return true;
        }
    }

    int localPort() {
        return socket.getLocalPort();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
