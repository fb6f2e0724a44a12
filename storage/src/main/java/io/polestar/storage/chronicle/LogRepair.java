package io.polestar.storage.chronicle;

import io.polestar.storage.Disk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Makes a damaged log one that opens, as an operator decided. What is replaced stays beside it as {@code .damaged}. A crash
 * leaves the log as it was or repaired. One use each; the directory is locked by the caller.
 */
final class LogRepair {

    private static final String FOLDER = LogSwap.FOLDER_PREFIX + "-repair";

    private final Path directory;
    private final Disk disk;
    private final LogVerification found;

    LogRepair(Path directory, Disk disk) throws IOException {
        this.directory = directory;
        this.disk = disk;
        this.found = LogVerification.of(directory, batch -> {});
    }

    /** Nothing is changed if nothing is lost. */
    LogReport run(OfflineLogs.Keep keep) throws IOException {
        Optional<LogFault> first =
                found.faults().stream().filter(LogFault::isLoss).findFirst();
        if (first.isPresent()) {
            DurableFile.deleteTree(directory.resolve(FOLDER));
            if (keep == OfflineLogs.Keep.ALL_INTACT) {
                skip();
            } else {
                cut(first.get());
            }
            LogCheckpoint.remove(directory);
            disk.forceDirectory(directory);
        }
        return found.report();
    }

    /** The gaps are written down first, so that no start takes them for damage. */
    private void skip() throws IOException {
        if (found.metadata().isPresent()) {
            found.metadata().get().withRewrittenBelow(found.endOffset()).write(directory, disk);
        }
        for (SegmentVerification segment : found.segments()) {
            if (segment.faults().stream().anyMatch(LogFault::isLoss) || !sealMatches(segment)) {
                replace(segment.number(), List.of(segment.number()), Long.MAX_VALUE);
            }
        }
        removeIndexesWithoutSegment();
    }

    private boolean sealMatches(SegmentVerification segment) throws IOException {
        return SegmentIndexFile.readSealed(directory, segment.number())
                .map(found -> found.nextOffset() == segment.nextOffset())
                .orElse(true);
    }

    private void cut(LogFault first) throws IOException {
        List<Integer> behind = found.segments().stream()
                .filter(segment -> segment.nextOffset() > first.fromOffset()
                        || SegmentFile.of(directory, segment.number()).equals(first.file()))
                .map(SegmentVerification::number)
                .toList();
        if (!behind.isEmpty()) {
            replace(behind.get(0), behind, first.fromOffset());
        }
        removeIndexesWithoutSegment();
    }

    private void removeIndexesWithoutSegment() throws IOException {
        List<Integer> alone = new ArrayList<>(SegmentFile.indexed(directory));
        alone.removeAll(SegmentFile.numbers(directory));
        for (int number : alone) {
            Files.deleteIfExists(SegmentFile.indexOf(directory, number));
        }
    }

    /** By a segment with the intact batches of the first one below an offset; by none if there are none. */
    private void replace(int number, List<Integer> removed, long belowOffset) throws IOException {
        Path folder = directory.resolve(FOLDER);
        boolean any;
        try (SegmentCopy copy = new SegmentCopy(
                        directory,
                        folder,
                        number,
                        Files.getLastModifiedTime(SegmentFile.of(directory, number))
                                .toMillis());
                BatchSearch search = new BatchSearch(directory, number, 0, 0)) {
            while (search.next() && search.nextOffset() <= belowOffset) {
                copy.append(search.batch());
                search.stepOver();
            }
            any = !copy.isEmpty();
            if (any) {
                copy.finishEnded(disk);
            }
        }
        for (int each : removed) {
            SegmentFile.putAside(SegmentFile.of(directory, each));
        }
        SegmentSwap swap = new SegmentSwap(FOLDER, any ? number : SegmentSwap.NONE, removed);
        swap.write(directory, disk);
        swap.complete(directory, disk);
    }
}
