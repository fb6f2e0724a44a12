package io.polestar.storage.chronicle;

import io.polestar.storage.BatchHeader;
import io.polestar.storage.BatchRewriter;
import io.polestar.storage.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Makes one segment of neighbours that have ended, batch by batch as a rewriter says, without a lock. Nothing is written
 * as long as it would be what is there already. One use each, for one thread.
 */
final class SegmentMerge implements AutoCloseable {

    private final Path directory;
    private final Path folder;
    private final List<Segment> old;
    private final BatchRewriter rewriter;
    private final Runnable beforeEach;
    private final BatchCheck check = new BatchCheck();
    private SegmentCopy copy;

    /** @param beforeEach called before every batch; what it throws ends the merge */
    SegmentMerge(Path directory, Path folder, List<Segment> old, BatchRewriter rewriter, Runnable beforeEach) {
        this.directory = directory;
        this.folder = folder;
        this.old = old;
        this.rewriter = rewriter;
        this.beforeEach = beforeEach;
    }

    /** Asks the rewriter about every batch; false if all stays as it is. */
    boolean run() throws IOException {
        if (old.size() > 1) {
            begin();
        }
        for (Segment segment : old) {
            try (SegmentWalk walk = segment.walkFrom(0)) {
                while (walk.advance()) {
                    beforeEach.run();
                    take(segment, walk);
                }
            }
        }
        return copy != null;
    }

    private void begin() throws IOException {
        copy = new SegmentCopy(
                directory, folder, old.get(0).number(), old.get(0).firstAppendMs());
    }

    private void take(Segment segment, SegmentWalk walk) throws IOException {
        SegmentCopy.requireIntact(walk, check);
        ByteBuffer batch = walk.batchSlice();
        Optional<ByteBuffer> kept = rewriter.rewrite(batch);
        if (copy == null && !(kept.isPresent() && kept.get() == batch)) {
            begin();
            copy.appendBefore(segment, walk.position());
        }
        if (copy != null && kept.isPresent()) {
            requireWithin(kept.get(), walk);
            copy.append(kept.get());
        }
    }

    private static void requireWithin(ByteBuffer kept, SegmentWalk walk) {
        BatchHeader.requireOneBatch(kept, BatchHeader.baseOffset(walk.memory(), walk.batch()));
        long lastOffset = BatchHeader.lastOffset(walk.memory(), walk.batch());
        if (BatchHeader.lastOffset(kept, kept.position()) > lastOffset) {
            throw new IllegalArgumentException("a batch was rewritten beyond its last offset " + lastOffset);
        }
    }

    /** The offset after the last batch that is left, if any is. */
    boolean endsAt(long offset) {
        return !copy.isEmpty() && copy.nextOffset() == offset;
    }

    /** What the batches became, on the device; empty if none is left. */
    Optional<Segment> finish(Disk disk) throws IOException {
        return copy.isEmpty() ? Optional.empty() : Optional.of(copy.finishEnded(disk));
    }

    @Override
    public void close() {
        if (copy != null) {
            copy.close();
        }
    }
}
