package io.polestar.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.protocol.Writable;
import org.apache.kafka.common.record.internal.BaseRecords;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.UnalignedMemoryRecords;

/**
 * Where Kafka's generated messages write themselves: one buffer for the message, and beside it the records, which are
 * only noted with the place where they belong. Used by one thread.
 */
final class MessageWriter implements Writable {
    /**
     * Regions up to this size are copied: a part of its own costs the buffer, an entry of the channel's queue and one
     * of the writev, which is more than copying this much (measured by FetchEncodingBenchmark).
     */
    static final int COPIED_BYTES = 2048;

    /** Bytes that belong between those of the message, after {@code position} of them. */
    record Splice(int position, ByteBuf bytes) {}

    private final ByteBuf message;
    private List<Splice> splices = List.of();
    private int splicedBytes;

    MessageWriter(ByteBuf message) {
        this.message = message;
    }

    List<Splice> splices() {
        return splices;
    }

    /** Bytes written, spliced ones included. */
    int sizeInBytes() {
        return message.readableBytes() + splicedBytes;
    }

    @Override
    public void writeByte(byte value) {
        message.writeByte(value);
    }

    @Override
    public void writeShort(short value) {
        message.writeShort(value);
    }

    @Override
    public void writeInt(int value) {
        message.writeInt(value);
    }

    @Override
    public void writeLong(long value) {
        message.writeLong(value);
    }

    @Override
    public void writeDouble(double value) {
        message.writeDouble(value);
    }

    @Override
    public void writeByteArray(byte[] bytes) {
        message.writeBytes(bytes);
    }

    @Override
    public void writeUnsignedVarint(int value) {
        int rest = value;
        while ((rest & ~0x7F) != 0) {
            message.writeByte(rest & 0x7F | 0x80);
            rest >>>= 7;
        }
        message.writeByte(rest);
    }

    @Override
    public void writeVarint(int value) {
        writeUnsignedVarint(value << 1 ^ value >> 31);
    }

    @Override
    public void writeVarlong(long value) {
        long rest = value << 1 ^ value >> 63;
        while ((rest & ~0x7FL) != 0) {
            message.writeByte((int) (rest & 0x7F) | 0x80);
            rest >>>= 7;
        }
        message.writeByte((int) rest);
    }

    @Override
    public void writeByteBuffer(ByteBuffer bytes) {
        int size = bytes.remaining();
        if (size <= COPIED_BYTES) {
            message.writeBytes(bytes.duplicate());
        } else {
            splice(bytes, size);
        }
    }

    @Override
    public void writeRecords(BaseRecords records) {
        if (records instanceof MappedRecords) {
            List<ByteBuffer> regions = ((MappedRecords) records).regions();
            for (int i = 0; i < regions.size(); i++) {
                writeByteBuffer(regions.get(i));
            }
        } else if (records instanceof MemoryRecords) {
            writeByteBuffer(((MemoryRecords) records).buffer());
        } else if (records instanceof UnalignedMemoryRecords) {
            writeByteBuffer(((UnalignedMemoryRecords) records).buffer());
        } else {
            throw new UnsupportedOperationException("Unknown kind of records: " + records.getClass());
        }
    }

    private void splice(ByteBuffer bytes, int size) {
        if (splices.isEmpty()) {
            splices = new ArrayList<>();
        }
        splices.add(new Splice(message.writerIndex(), Unpooled.wrappedBuffer(bytes)));
        splicedBytes += size;
    }
}
