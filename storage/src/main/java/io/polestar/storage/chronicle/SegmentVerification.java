package io.polestar.storage.chronicle;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Reads one segment from end to end, past every damage in it. One use each, for one thread. */
final class SegmentVerification {

    private final Path directory;
    private final int number;
    private final Path file;
    private final Consumer<StoredBatch> each;
    private final List<LogFault> faults = new ArrayList<>();
    private long baseOffset = -1;
    private long nextOffset;
    private long endPosition;
    private long lastPosition = -1;
    private long batches;
    private long bytes;

    /** @param each is given every batch, and every place of damage */
    SegmentVerification(Path directory, int number, long minBaseOffset, Consumer<StoredBatch> each) {
        this.directory = directory;
        this.number = number;
        this.file = SegmentFile.of(directory, number);
        this.nextOffset = minBaseOffset;
        this.each = each;
    }

    SegmentVerification run() throws IOException {
        SegmentMemory memory = new SegmentMemory(file);
        try (BatchSearch search = new BatchSearch(directory, number, 0, nextOffset)) {
            while (search.next()) {
                long expected = SegmentWalk.behindMetadata(memory, endPosition, search.position());
                if (expected != search.position()) {
                    damaged(memory, expected, search.baseOffset());
                }
                take(search);
                search.stepOver();
            }
            lookAtEnd(memory);
        } finally {
            memory.release();
        }
        return this;
    }

    private void take(BatchSearch search) {
        ByteBuffer batch = search.batch();
        baseOffset = batches == 0 ? search.baseOffset() : baseOffset;
        nextOffset = search.nextOffset();
        lastPosition = search.position();
        endPosition = Excerpt.after(search.position(), search.length());
        batches++;
        bytes += batch.remaining();
        each.accept(new StoredBatch(file, search.position(), batch, true));
    }

    private void damaged(SegmentMemory memory, long position, long untilOffset) throws IOException {
        faults.add(new LogFault(
                file,
                position,
                nextOffset,
                untilOffset < 0 ? -1 : Math.max(nextOffset + 1, untilOffset),
                "a batch is damaged" + (untilOffset < 0 ? "" : "; intact batches follow")));
        try (SegmentWalk walk = new SegmentWalk(memory, position, Files.size(file))) {
            boolean readable = walk.advance()
                    && walk.position() == position
                    && new ExcerptHeader().isIntact(walk.memory(), walk.payload(), walk.length());
            each.accept(new StoredBatch(file, position, readable ? walk.batchSlice() : null, false));
        }
    }

    private void lookAtEnd(SegmentMemory memory) throws IOException {
        SegmentScan.End end = SegmentScan.endBehind(memory, endPosition, lastPosition);
        if (end.hasLostComplete()) {
            damaged(memory, end.stopPosition(), -1);
        } else if (!end.isContinuable()) {
            faults.add(new LogFault(
                    file,
                    end.stopPosition(),
                    -1,
                    -1,
                    "a batch was not written to its end; the next start cuts it off"));
        }
    }

    List<LogFault> faults() {
        return faults;
    }

    int number() {
        return number;
    }

    boolean isEmpty() {
        return batches == 0;
    }

    long baseOffset() {
        return baseOffset;
    }

    long nextOffset() {
        return nextOffset;
    }

    long endPosition() {
        return endPosition;
    }

    long batches() {
        return batches;
    }

    long bytes() {
        return bytes;
    }
}
