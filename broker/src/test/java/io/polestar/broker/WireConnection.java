package io.polestar.broker;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.requests.ResponseHeader;

/** Sends requests exactly as they are given, and waits for each answer. */
final class WireConnection implements AutoCloseable {
    private static final int TIMEOUT_MS = 10_000;

    private final Socket socket = new Socket();

    WireConnection(int port) throws IOException {
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), TIMEOUT_MS);
        socket.setSoTimeout(TIMEOUT_MS);
    }

    <T extends AbstractResponse> T call(AbstractRequest request, Class<T> type) throws IOException {
        ByteBuffer body =
                request.serializeWithHeader(new RequestHeader(request.apiKey(), request.version(), "wire", 1));
        byte[] frame = new byte[Integer.BYTES + body.remaining()];
        ByteBuffer.wrap(frame).putInt(body.remaining()).put(body);
        socket.getOutputStream().write(frame);
        DataInputStream in = new DataInputStream(socket.getInputStream());
        byte[] answer = new byte[in.readInt()];
        in.readFully(answer);
        ByteBuffer bytes = ByteBuffer.wrap(answer);
        ResponseHeader.parse(bytes, request.apiKey().responseHeaderVersion(request.version()));
        return type.cast(
                AbstractResponse.parseResponse(request.apiKey(), new ByteBufferAccessor(bytes), request.version()));
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
