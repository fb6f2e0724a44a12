package io.polestar.storage;

import java.nio.ByteBuffer;

/**
 * The fields of a magic 2 record batch, read and checked where they lie. {@code at} is the index in the buffer at which
 * the batch begins; buffers are big endian. Stateless.
 */
public final class BatchHeader {

    /** Bytes of a batch without records. */
    public static final int SIZE = 61;

    /** The leading bytes that Kafka's own checksum does not cover: base offset, length, leader epoch and magic. */
    public static final int UNCHECKED_SIZE = 17;

    private static final int LENGTH = 8;
    private static final int LENGTH_END = LENGTH + Integer.BYTES;
    private static final int LEADER_EPOCH = 12;
    private static final int MAGIC = 16;
    private static final int CRC = 17;
    private static final int CHECKED = CRC + Integer.BYTES;
    private static final int LAST_OFFSET_DELTA = 23;
    private static final int MAX_TIMESTAMP = 35;

    private BatchHeader() {}

    public static long baseOffset(ByteBuffer buffer, int at) {
        return buffer.getLong(at);
    }

    public static long lastOffset(ByteBuffer buffer, int at) {
        return baseOffset(buffer, at) + buffer.getInt(at + LAST_OFFSET_DELTA);
    }

    public static int sizeInBytes(ByteBuffer buffer, int at) {
        return LENGTH_END + buffer.getInt(at + LENGTH);
    }

    public static int leaderEpoch(ByteBuffer buffer, int at) {
        return buffer.getInt(at + LEADER_EPOCH);
    }

    public static byte magic(ByteBuffer buffer, int at) {
        return buffer.get(at + MAGIC);
    }

    public static int crc(ByteBuffer buffer, int at) {
        return buffer.getInt(at + CRC);
    }

    public static int checkedFrom(int at) {
        return at + CHECKED;
    }

    public static long maxTimestampMs(ByteBuffer buffer, int at) {
        return buffer.getLong(at + MAX_TIMESTAMP);
    }

    /**
     * Checks that the buffer, from position to limit, is one batch that may follow {@code endOffset}.
     *
     * @throws IllegalArgumentException if it is not
     */
    public static void requireOneBatch(ByteBuffer buffer, long endOffset) {
        int at = buffer.position();
        int size = buffer.remaining();
        if (size < SIZE || sizeInBytes(buffer, at) != size || magic(buffer, at) != 2) {
            throw new IllegalArgumentException(size + " bytes that are not exactly one batch of magic 2");
        }
        if (baseOffset(buffer, at) < endOffset || lastOffset(buffer, at) < baseOffset(buffer, at)) {
            throw new IllegalArgumentException("batch of offsets " + baseOffset(buffer, at) + " to "
                    + lastOffset(buffer, at) + " cannot follow end offset " + endOffset);
        }
    }
}
