package io.polestar.broker;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.FetchRequest;
import org.apache.kafka.common.requests.RequestHeader;

/** Fetches over a bare socket, and is gone with a reset instead of a farewell. */
final class RudeClient implements AutoCloseable {
    private static final short NAMES_IN_REQUESTS = 12;
    private static final int FEW_BYTES = 4096;

    private final Socket socket = new Socket();

    RudeClient(int port) throws IOException {
        socket.setReceiveBufferSize(FEW_BYTES);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 10_000);
        socket.setSoTimeout(10_000);
        socket.setSoLinger(true, 0);
    }

    void fetch(TopicPartition partition, long offset, int maxWaitMs) throws IOException {
        FetchRequest.PartitionData wanted =
                new FetchRequest.PartitionData(Uuid.ZERO_UUID, offset, 0, Integer.MAX_VALUE, Optional.empty());
        FetchRequest request = FetchRequest.Builder.forConsumer(
                        NAMES_IN_REQUESTS, maxWaitMs, 1, Map.of(partition, wanted))
                .build(NAMES_IN_REQUESTS);
        ByteBuffer body = request.serializeWithHeader(new RequestHeader(ApiKeys.FETCH, NAMES_IN_REQUESTS, "rude", 1));
        byte[] frame = new byte[Integer.BYTES + body.remaining()];
        ByteBuffer.wrap(frame).putInt(body.remaining()).put(body);
        socket.getOutputStream().write(frame);
    }

    /** Bytes of the answer, of which no more is read. */
    int beginOfAnswer() throws IOException {
        return new DataInputStream(socket.getInputStream()).readInt();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
