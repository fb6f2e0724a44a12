package io.polestar.storage.chronicle;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.core.Jvm;
import net.openhft.chronicle.core.Memory;
import net.openhft.chronicle.core.OS;
import net.openhft.chronicle.core.values.LongValue;
import net.openhft.chronicle.queue.ExcerptAppender;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueue;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueueBuilder;
import net.openhft.chronicle.wire.DocumentContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The open Chronicle queue of one partition and its long-lived appender. Which segment an excerpt goes to is said by us,
 * through the queue's clock. Owned by the partition's append lock.
 */
final class SegmentAppender implements AutoCloseable {

    /** Chronicle's longest message is a quarter of its block. */
    private static final int BLOCKS_PER_MESSAGE = 4;

    private static final int MESSAGE_ROOM = 64;

    /** Chronicle's own name for it. */
    private static final String ENDED_BELOW = "normalisedEOFsTo";

    private static final Logger LOG = LoggerFactory.getLogger(SegmentAppender.class);

    /** Chronicle's header and index arrays, and a small batch. */
    private static final ByteBuffer FIRST_PAGES = ByteBuffer.allocateDirect(32 << 10);

    /** Bytes that a segment takes from its first append on. */
    static final int FIRST_BYTES = FIRST_PAGES.capacity();

    private final Path directory;
    private final SingleChronicleQueue queue;
    private final ExcerptAppender appender;
    private final ExcerptHeader header = new ExcerptHeader();
    private final Memory memory = OS.memory();
    private volatile int segmentNumber;
    private final PreparedPages preparedPages = new PreparedPages();
    private FileCopy fileCopy;

    SegmentAppender(Path directory, int segmentNumber, long blockSize) {
        this.directory = directory;
        this.segmentNumber = segmentNumber;
        this.queue = SingleChronicleQueueBuilder.binary(directory.toFile())
                .rollCycle(SegmentRollCycle.INSTANCE)
                .timeProvider(() -> SegmentRollCycle.timeOf(this.segmentNumber))
                .blockSize(blockSize)
                .timeoutMS(1000)
                .build();
        this.appender = newAppender();
    }

    /**
     * Else Chronicle opens every segment before the last one to see whether it has ended, and replaces those whose head it
     * cannot read by empty ones (seen in StoreAppender.normaliseEOFs0 of 2026.4).
     */
    private void leaveEarlierSegmentsAlone() {
        try (LongValue endedBelow = queue.metaStore().acquireValueFor(ENDED_BELOW, segmentNumber)) {
            endedBelow.setMaxValue(segmentNumber);
        }
    }

    /** The smallest block, a power of two, whose messages hold a batch of that size. */
    static long blockSizeFor(long batchBytes) {
        long needed = BLOCKS_PER_MESSAGE * (batchBytes + ExcerptHeader.SIZE + MESSAGE_ROOM);
        return Long.highestOneBit(needed - 1) << 1;
    }

    private ExcerptAppender newAppender() {
        if (queue.metaStore().readOnly()) {
            queue.close();
            throw new IllegalStateException("the JVM lacks --add-exports java.base/sun.nio.ch=ALL-UNNAMED");
        }
        try {
            leaveEarlierSegmentsAlone();
            ExcerptAppender created = queue.createAppender();
            created.singleThreadedCheckDisabled(true);
            closeFileOfTable();
            return created;
        } catch (RuntimeException e) {
            queue.close();
            throw e;
        }
    }

    /**
     * The queue's table of metadata is mapped whole, and its values that the appender asks for later are bound to the mapping here: so its
     * file need not stay open, and a log in use takes one file descriptor instead of two.
     */
    private void closeFileOfTable() {
        queue.tableStoreGet(ENDED_BELOW);
        try {
            queue.metaStore().bytes().mappedFile().raf().close();
        } catch (IOException e) {
            LOG.debug("the table of {} stays open", directory, e);
        }
    }

    boolean holds(int batchBytes) {
        return blockSizeFor(batchBytes) <= queue.blockSize();
    }

    /** The next append begins this segment; the one before is marked as ended. */
    void rollTo(int newSegmentNumber) {
        segmentNumber = newSegmentNumber;
        preparedPages.restart();
        closeFileCopy();
    }

    /** To be called after segment files were removed. */
    void refresh() {
        queue.refreshDirectoryListing();
    }

    /** As the other, where nothing is known to be on the device. */
    long append(ByteBuffer batch, long expected) throws IOException {
        return append(batch, expected, 0, false);
    }

    /**
     * Appends one batch behind its excerpt header, with one copy.
     *
     * @param expected the position at which the excerpts we know of end, or -1 if the segment is new
     * @param forcedPosition how much of the segment's file is on the device, at least
     * @param forcedOften whether a force follows nearly every append
     * @return the excerpt's position in the segment's file
     * @throws PositionMismatchException if it would not follow them; nothing is appended
     * @throws IOException if the file does not take it; nothing is appended
     */
    long append(ByteBuffer batch, long expected, long forcedPosition, boolean forcedOften) throws IOException {
        if (expected < 0) {
            writeFirstPages(SegmentFile.of(directory, segmentNumber));
        }
        DocumentContext document = appender.writingDocument();
        boolean done = false;
        try {
            Bytes<?> bytes = document.wire().bytes();
            long position = bytes.writePosition() - Excerpt.WORD;
            if (expected >= 0 && position != expected) {
                requireOnlyMetadata(bytes, expected, position);
            }
            boolean toFile = FileCopy.suits(batch) || forcedOften && FileCopy.isPossible(batch);
            if (forcedOften && toFile) {
                preparedPages.require(fileCopy(), position, Excerpt.WORD + ExcerptHeader.SIZE + batch.remaining());
            }
            copy(bytes, position + Excerpt.WORD, batch, forcedPosition, toFile);
            done = true;
            return position;
        } finally {
            if (!done) {
                document.rollbackOnClose();
            }
            document.close();
        }
    }

    /**
     * Puts the pages that Chronicle touches first into the page cache: the first fault of a mapping of a sparse file makes
     * the kernel read ahead, which is as many pages of zeros as the device's {@code read_ahead_kb} says. One by one, since
     * what is written at once is also written to the device at once, by each force of any page of it.
     */
    private static void writeFirstPages(Path file) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            if (channel.size() == 0) {
                for (int at = 0; at < FIRST_BYTES; at += FileCopy.PAGE) {
                    channel.write(FIRST_PAGES.slice(at, FileCopy.PAGE), at);
                }
            }
        } catch (IOException e) {
            LOG.debug("first pages of {} are not written", file, e);
        }
    }

    /** Chronicle's own index arrays are excerpts too, now and then between ours. */
    private static void requireOnlyMetadata(Bytes<?> bytes, long expected, long position) {
        long at = expected;
        while (at < position) {
            int word = bytes.readInt(at);
            if (!Excerpt.isComplete(word) || !Excerpt.isMetadata(word)) {
                break;
            }
            at = Excerpt.after(at, word);
        }
        if (at != position) {
            throw new PositionMismatchException(position, expected);
        }
    }

    private void copy(Bytes<?> bytes, long position, ByteBuffer batch, long forcedPosition, boolean toFile)
            throws IOException {
        int size = batch.remaining();
        long address = bytes.addressForWrite(position);
        header.write(memory, address, batch, forcedPosition);
        if (toFile) {
            fileCopy().write(batch, position + ExcerptHeader.SIZE);
        } else {
            copy(batch, address + ExcerptHeader.SIZE, size);
        }
        bytes.writeSkip(ExcerptHeader.SIZE + (long) size);
    }

    /** Bytes of the segment's file that were made ahead; may be called on any thread. */
    long preparedTo() {
        return preparedPages.end();
    }

    private FileCopy fileCopy() throws IOException {
        if (fileCopy == null) {
            fileCopy = new FileCopy(SegmentFile.of(directory, segmentNumber));
        }
        return fileCopy;
    }

    private void closeFileCopy() {
        if (fileCopy != null) {
            fileCopy.close();
            fileCopy = null;
        }
    }

    private void copy(ByteBuffer batch, long address, int size) {
        if (batch.isDirect()) {
            memory.copyMemory(Jvm.address(batch) + batch.position(), address, size);
        } else if (batch.hasArray()) {
            memory.copyMemory(batch.array(), batch.arrayOffset() + batch.position(), address, size);
        } else {
            byte[] bytes = new byte[size];
            batch.get(batch.position(), bytes);
            memory.copyMemory(bytes, 0, address, size);
        }
    }

    @Override
    public void close() {
        closeFileCopy();
        appender.close();
        queue.close();
    }

    /** Chronicle would write elsewhere than the last excerpt we know of ends: the file is not as we left it. */
    static final class PositionMismatchException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        PositionMismatchException(long position, long expected) {
            super("next excerpt would lie at " + position + " instead of " + expected);
        }
    }
}
