package io.polestar.storage.chronicle;

import io.polestar.storage.BatchHeader;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import net.openhft.chronicle.core.Memory;

/**
 * The bytes before every batch in an excerpt, big endian like the batch:
 *
 * <pre>
 *  0  version  u8   1
 *  1  kind     u8   1 = one record batch follows, verbatim
 *  2  flags    u16  0
 *  4  forced   u32  how much of this file was on the device, at least, when the batch was appended
 *  8  crc32c   i32  of what the batch's own checksum does not cover: base offset, length, leader epoch, magic
 * </pre>
 *
 * One instance belongs to one thread at a time: it holds the scratch that keeps appends free of allocation.
 */
final class ExcerptHeader {

    static final int SIZE = 12;

    private static final int VERSION_KIND_FLAGS = 0x01_01_0000;
    private static final int FORCED = 4;
    private static final int CRC = 8;
    private static final long MAX_FORCED = (1L << 32) - 1;

    private final byte[] scratch = new byte[BatchHeader.UNCHECKED_SIZE];
    private final CRC32C crc = new CRC32C();

    void write(Memory memory, long address, ByteBuffer batch, long forcedPosition) {
        memory.writeInt(address, Integer.reverseBytes(VERSION_KIND_FLAGS));
        memory.writeInt(address + FORCED, Integer.reverseBytes((int) Math.min(forcedPosition, MAX_FORCED)));
        memory.writeInt(address + CRC, Integer.reverseBytes(checksum(batch, batch.position())));
    }

    /** Whether an excerpt of {@code length} bytes holds one batch, as the length fields and this header say. */
    boolean isIntact(ByteBuffer buffer, int at, int length) {
        return length >= SIZE + BatchHeader.SIZE
                && buffer.getInt(at) == VERSION_KIND_FLAGS
                && BatchHeader.sizeInBytes(buffer, at + SIZE) == length - SIZE
                && BatchHeader.magic(buffer, at + SIZE) == 2
                && buffer.getInt(at + CRC) == checksum(buffer, at + SIZE);
    }

    /** Whether an excerpt may begin in front of this place, as far as four bytes tell. */
    static boolean mayBeAt(ByteBuffer buffer, int at) {
        return buffer.getInt(at) == VERSION_KIND_FLAGS;
    }

    /** A position up to which the file was on the device; 0 if that was not known. */
    static long forcedPosition(ByteBuffer buffer, int at) {
        return Integer.toUnsignedLong(buffer.getInt(at + FORCED));
    }

    private int checksum(ByteBuffer buffer, int at) {
        buffer.get(at, scratch);
        crc.reset();
        crc.update(scratch, 0, scratch.length);
        return (int) crc.getValue();
    }
}
