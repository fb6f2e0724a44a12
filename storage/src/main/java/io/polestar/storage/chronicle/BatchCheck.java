package io.polestar.storage.chronicle;

import io.polestar.storage.BatchHeader;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** Checks every checksum of a batch where it lies. One instance belongs to one thread: it holds scratch. */
final class BatchCheck {

    private final ExcerptHeader header = new ExcerptHeader();
    private final CRC32C crc = new CRC32C();

    /**
     * Whether an excerpt holds one batch, unharmed.
     *
     * @param payload index of the excerpt's payload
     * @param minBaseOffset a batch below it is out of order
     */
    boolean isIntact(ByteBuffer memory, int payload, int length, long minBaseOffset) {
        int batch = payload + ExcerptHeader.SIZE;
        return header.isIntact(memory, payload, length)
                && BatchHeader.crc(memory, batch) == checksum(memory, batch, length - ExcerptHeader.SIZE)
                && BatchHeader.baseOffset(memory, batch) >= minBaseOffset
                && BatchHeader.lastOffset(memory, batch) >= BatchHeader.baseOffset(memory, batch);
    }

    private int checksum(ByteBuffer memory, int batch, int batchBytes) {
        int from = BatchHeader.checkedFrom(batch);
        crc.reset();
        crc.update(memory.slice(from, batch + batchBytes - from));
        return (int) crc.getValue();
    }
}
