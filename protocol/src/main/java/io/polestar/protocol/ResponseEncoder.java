package io.polestar.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.MessageSizeAccumulator;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.apache.kafka.common.requests.ResponseHeader;

/** Turns Kafka's response messages into frames without copying their records. Stateless. */
public final class ResponseEncoder {
    private static final int PREFIX_BYTES = 4;
    /** The message's buffer is made so much larger at once for records that may be copied into it. */
    private static final int ROOM_FOR_COPIES_BYTES = 16 * 1024;

    private ResponseEncoder() {}

    /**
     * Encodes a response, whose log memory it takes over: it is given back when the frame is written or released, and at
     * once where encoding fails.
     *
     * @throws ResponseEncodingException if the message cannot be written in this version
     */
    public static EncodedResponse encode(
            ByteBufAllocator allocator, ResponseHeader header, ApiMessage body, short version) {
        ByteBuf message = null;
        try {
            ObjectSerializationCache cache = new ObjectSerializationCache();
            MessageSizeAccumulator size = new MessageSizeAccumulator();
            header.data().addSize(size, cache, header.headerVersion());
            body.addSize(size, cache, version);

            int recordsBytes = size.totalSize() - size.sizeExcludingZeroCopy();
            message = allocator.directBuffer(
                    PREFIX_BYTES + size.sizeExcludingZeroCopy() + Math.min(recordsBytes, ROOM_FOR_COPIES_BYTES));
            MessageWriter writer = new MessageWriter(message, recordsBytes);
            writer.writeInt(size.totalSize());
            header.data().write(writer, cache, header.headerVersion());
            body.write(writer, cache, version);
            requireSize(size.totalSize(), writer.sizeInBytes() - PREFIX_BYTES);
            return EncodedResponse.of(message, writer, body);
        } catch (RuntimeException e) {
            if (message != null) {
                message.release();
            }
            HeldRecords.release(body);
            throw new ResponseEncodingException(
                    "Response of API key " + body.apiKey() + " does not fit version " + version + ": " + e.getMessage(),
                    e);
        }
    }

    private static void requireSize(int announced, int written) {
        if (announced != written) {
            throw new IllegalStateException(announced + " bytes were announced, " + written + " written");
        }
    }
}
