package io.polestar.storage.chronicle;

import io.polestar.storage.BatchHeader;
import io.polestar.storage.LogStore.StoredPartition;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Reads one partition's log through a mapping of its own while a broker in another process writes it: batch after batch,
 * never beyond what the broker published as committed. For one thread.
 */
public final class LogFollower implements AutoCloseable {

    /** Where compaction took the last batches away, there is nothing below what is committed. */
    private static final long LOOK_AGAIN_NS = 10_000_000;

    private static final int ATTEMPTS = 3;

    private final ExcerptHeader header = new ExcerptHeader();
    private final BatchCheck check = new BatchCheck();
    private final Path folder;
    private final OffsetTable table;
    private final StoredPartition partition;
    private OffsetTable.Slot slot;
    private long nextOffset;
    private int number = -1;
    private SegmentMemory memory;
    private SegmentWalk walk;
    private long limit;
    private boolean atBatch;
    private long emptyBelow = -1;
    private long lookedAtNs;

    LogFollower(Path folder, OffsetTable table, StoredPartition partition, long fromOffset) {
        this.folder = folder;
        this.table = table;
        this.partition = partition;
        this.nextOffset = fromOffset;
    }

    public StoredPartition partition() {
        return partition;
    }

    /** The next offset wanted. */
    public long nextOffset() {
        return nextOffset;
    }

    /** Whether a broker has the partition open; looks for it where it has not. */
    public boolean isServed() {
        if (slot == null || slot.committed() == OffsetTable.GONE) {
            closeSegment();
            slot = table.find(partition.topicId(), partition.topicPartition().partition())
                    .orElse(null);
        }
        return slot != null;
    }

    /**
     * The next batch, as it is stored: a view of the mapped file, to be used before the next call. It may begin before
     * {@link #nextOffset}. To look costs one read of memory where there is none.
     *
     * @return null if there is none that is committed, or the partition is not served now
     * @throws IOException if a file cannot be read
     */
    public ByteBuffer next() throws IOException {
        long committed = slot == null ? OffsetTable.GONE : slot.committed();
        if (nextOffset >= committed || committed == emptyBelow && System.nanoTime() - lookedAtNs < LOOK_AGAIN_NS) {
            return null;
        }
        nextOffset = Math.max(nextOffset, slot.start());
        if (findOrBeginAnew(committed)) {
            return walk.batchSlice();
        }
        emptyBelow = committed;
        lookedAtNs = System.nanoTime();
        return null;
    }

    /** Where a segment was removed, or others took its place, the way goes by the folder's listing. */
    private boolean findOrBeginAnew(long committed) throws IOException {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            try {
                return find(committed);
            } catch (EOFException | NoSuchFileException e) {
                closeSegment();
            }
        }
        return false;
    }

    /** To be called when the batch was dealt with. */
    public void stepOver() {
        nextOffset = BatchHeader.lastOffset(walk.memory(), walk.batch()) + 1;
        atBatch = false;
    }

    private boolean find(long committed) throws IOException {
        if (walk != null && (advance() || grew() && advance())) {
            return isBefore(committed);
        }
        return walk == null ? begin(committed) : goOn(committed);
    }

    private boolean isBefore(long committed) {
        return BatchHeader.baseOffset(walk.memory(), walk.batch()) < committed;
    }

    /** Moves to the first batch in this segment that is wanted; stays at it until it is stepped over. */
    private boolean advance() throws IOException {
        while (!atBatch && walk.advance()) {
            if (!header.isIntact(walk.memory(), walk.payload(), walk.length())) {
                throw walk.damagedAt(walk.position());
            }
            atBatch = BatchHeader.lastOffset(walk.memory(), walk.batch()) >= nextOffset;
        }
        return atBatch;
    }

    /** The file is longer than it was when the walk began. */
    private boolean grew() throws IOException {
        long size = Files.size(memory.file());
        if (size <= limit) {
            return false;
        }
        long from = walk.nextPosition();
        walk.close();
        limit = size;
        walk = new SegmentWalk(memory, from, limit);
        return true;
    }

    /** Into the segment that holds the next offset, or the first one behind it. */
    private boolean begin(long committed) throws IOException {
        List<Integer> numbers = SegmentFile.numbers(folder);
        int place = numbers.size() - 1;
        while (place > 0 && baseOffset(numbers.get(place)).orElse(Long.MAX_VALUE) > nextOffset) {
            place--;
        }
        for (int i = Math.max(0, place); i < numbers.size(); i++) {
            open(numbers.get(i));
            if (advance()) {
                return isBefore(committed);
            }
        }
        return false;
    }

    /** Where this segment has ended, into the one behind it; where others took its place, anew. */
    private boolean goOn(long committed) throws IOException {
        Optional<Long> following = baseOffset(number + 1);
        if (following.isPresent() && following.get() == nextOffset) {
            open(number + 1);
            return advance() && isBefore(committed);
        }
        return begin(committed);
    }

    private void open(int newNumber) throws IOException {
        closeSegment();
        number = newNumber;
        memory = new SegmentMemory(SegmentFile.of(folder, newNumber));
        limit = Files.size(memory.file());
        long from = SegmentIndexFile.read(folder, newNumber)
                .map(file -> file.index().positionOf(nextOffset))
                .orElse(0L);
        walk = new SegmentWalk(memory, isBatchAt(from) ? from : 0, limit);
    }

    /** An index may belong to another file of that name for a moment. */
    private boolean isBatchAt(long position) throws IOException {
        try (SegmentWalk looking = new SegmentWalk(memory, position, limit)) {
            return looking.advance() && check.isIntact(looking.memory(), looking.payload(), looking.length(), 0);
        } catch (EOFException e) {
            return false;
        }
    }

    /** Empty for a segment without a batch. */
    private Optional<Long> baseOffset(int segment) throws IOException {
        Optional<SegmentIndexFile> index = SegmentIndexFile.read(folder, segment);
        if (index.isPresent()) {
            return index.map(file -> file.summary().baseOffset());
        }
        Path file = SegmentFile.of(folder, segment);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        SegmentMemory other = new SegmentMemory(file);
        try (SegmentWalk first = new SegmentWalk(other, 0, Files.size(file))) {
            return first.advance()
                    ? Optional.of(BatchHeader.baseOffset(first.memory(), first.batch()))
                    : Optional.empty();
        } finally {
            other.release();
        }
    }

    private void closeSegment() {
        if (walk != null) {
            walk.close();
            walk = null;
            memory.release();
            memory = null;
        }
        atBatch = false;
    }

    @Override
    public void close() {
        closeSegment();
    }
}
