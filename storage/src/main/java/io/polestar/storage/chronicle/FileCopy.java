package io.polestar.storage.chronicle;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Copies large batches into a segment by writes to its file instead of stores to its mapping. A page that a write makes
 * holds the data at once, while one that a store makes is filled with zeros first and costs a fault; and a full disk is an
 * exception instead of a signal. Only where both see one page cache. Owned by the partition's append lock.
 */
final class FileCopy implements AutoCloseable {

    private static final boolean ONE_PAGE_CACHE = System.getProperty("os.name").startsWith("Linux");

    /** Below it the system call costs more than the zeros and faults that it saves. */
    private static final int MIN_BYTES = 32 << 10;

    static final int PAGE = 4096;

    /**
     * What is stored through the mapping behind a batch: the word and header of the next excerpt. If their page is not
     * there by then, the kernel reads ahead from the hole: as many pages of zeros as the device's {@code read_ahead_kb} says.
     */
    private static final ByteBuffer NEXT_EXCERPT = ByteBuffer.allocateDirect(64);

    private static final Logger LOG = LoggerFactory.getLogger(FileCopy.class);

    private final FileChannel channel;

    FileCopy(Path file) throws IOException {
        channel = FileChannel.open(file, StandardOpenOption.WRITE);
    }

    static boolean suits(ByteBuffer batch) {
        return batch.remaining() >= MIN_BYTES && isPossible(batch);
    }

    /** Memory of the heap would be copied twice. */
    static boolean isPossible(ByteBuffer batch) {
        return ONE_PAGE_CACHE && batch.isDirect();
    }

    /** @throws IOException with any part of the batch in the file */
    void write(ByteBuffer batch, long position) throws IOException {
        long end = position + batch.remaining();
        writeAll(batch.duplicate(), position);
        if ((end - 1) / PAGE != (end + NEXT_EXCERPT.capacity()) / PAGE) {
            writeAll(NEXT_EXCERPT.duplicate(), end);
        }
    }

    /** @throws IOException with any part of the bytes in the file */
    void writeAll(ByteBuffer bytes, long position) throws IOException {
        long at = position;
        while (bytes.hasRemaining()) {
            at += channel.write(bytes, at);
        }
    }

    long size() throws IOException {
        return channel.size();
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            LOG.debug("a segment's file is not closed cleanly", e);
        }
    }
}
