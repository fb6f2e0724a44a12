package io.polestar.storage.chronicle;

import io.polestar.storage.BatchRewriter;
import io.polestar.storage.Disk;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Rewrites segments of a log that have ended. The copy is made by the caller's thread without a lock; appends go on until
 * the swap and after it.
 */
final class LogRewrite {

    private final Path directory;
    private final Disk disk;
    private final LogSegments segments;
    private final LogTail tail;
    private final LogSwap swap;
    private final LogCut cut;

    LogRewrite(Path directory, Disk disk, LogSegments segments, LogTail tail, LogSwap swap, LogCut cut) {
        this.directory = directory;
        this.disk = disk;
        this.segments = segments;
        this.tail = tail;
        this.swap = swap;
        this.cut = cut;
    }

    /**
     * @param beforeEach called before every batch; what it throws ends the rewrite
     * @return false if there is nothing to rewrite any more
     */
    boolean run(long fromOffset, long toOffset, BatchRewriter rewriter, Runnable beforeEach) throws IOException {
        List<Segment> old = between(fromOffset, toOffset);
        if (old.isEmpty()) {
            return false;
        }
        Path folder = swap.newFolder();
        try (SegmentMerge merge = new SegmentMerge(directory, folder, old, rewriter, beforeEach)) {
            return !merge.run() || swap(old, merge, folder);
        } catch (NoSuchFileException e) {
            if (swap.placeOf(old) < 0) {
                return false;
            }
            throw e;
        } finally {
            DurableFile.deleteTree(folder);
        }
    }

    private List<Segment> between(long fromOffset, long toOffset) {
        Segment[] all = segments.all();
        return Arrays.stream(all, 0, all.length - 1)
                .filter(segment -> segment.baseOffset() >= fromOffset && segment.baseOffset() < toOffset)
                .toList();
    }

    private boolean swap(List<Segment> old, SegmentMerge merge, Path folder) throws IOException {
        long endOffset = old.get(old.size() - 1).nextOffset();
        boolean endKept = merge.endsAt(endOffset);
        if (!endKept && segments.endOffset() == endOffset) {
            throw new IllegalArgumentException("the last batch of " + directory.getFileName() + " was dropped");
        }
        Optional<Segment> added = merge.finish(disk);
        cut.rewritingBelow(endOffset);
        return swap.swap(old, added, folder, () -> {
            boolean endStays = endKept || segments.endOffset() > endOffset;
            if (endStays) {
                replace(old, added);
            }
            return endStays;
        });
    }

    private void replace(List<Segment> old, Optional<Segment> added) throws IOException {
        tail.changing();
        if (segments.active().isEmpty()) {
            tail.closeQueue(); // its appender stands in the segment before
        }
        segments.replace(swap.placeOf(old), old.size(), added);
    }
}
