package io.polestar.storage.chronicle;

import io.polestar.storage.LogSettings;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.InconsistentTopicIdException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out what a partition's folder holds: from the checkpoint, or else by reading segments that were not sealed and
 * cutting what is torn, before any appender exists. One use each.
 */
final class LogOpening {

    private static final Logger LOG = LoggerFactory.getLogger(LogOpening.class);

    private final Path directory;
    private final LogEnvironment environment;
    private final LogSettings settings;
    private final List<Segment> found = new ArrayList<>();
    private boolean lastHasEnded;
    private boolean forced;
    private int nextNumber;

    LogOpening(Path directory, LogEnvironment environment, LogSettings settings) {
        this.directory = directory;
        this.environment = environment;
        this.settings = settings;
    }

    OpenedLog open(Uuid topicId) throws IOException {
        if (Files.notExists(directory)) {
            LogSegments nothing = new LogSegments(List.of(new Segment(directory, SegmentSummary.empty(0, 0))), 0, 0);
            return new OpenedLog(new PartitionMetadata(topicId, 0), nothing, true, false, false);
        }
        Optional<PartitionMetadata> stored = PartitionMetadata.read(directory);
        if (stored.isPresent() && !stored.get().topicId().equals(topicId)) {
            throw new InconsistentTopicIdException("log " + directory.getFileName() + " belongs to topic id "
                    + stored.get().topicId() + ", not to " + topicId);
        }
        finishSwap();
        boolean checkpointed = restore();
        if (!checkpointed) {
            recover();
        }
        PartitionMetadata metadata = stored.orElseGet(() -> new PartitionMetadata(topicId, firstOffset()));
        if (stored.isEmpty()) {
            metadata.write(directory);
        }
        return opened(metadata, checkpointed);
    }

    /** A checkpoint beside an unfinished swap may be older than what the swap has done. */
    private void finishSwap() throws IOException {
        Optional<SegmentSwap> unfinished = SegmentSwap.read(directory);
        if (unfinished.isPresent()) {
            LogCheckpoint.remove(directory);
            unfinished.get().complete(directory, environment.disk());
        }
    }

    private long firstOffset() {
        return found.isEmpty() ? 0 : found.get(0).baseOffset();
    }

    private boolean restore() throws IOException {
        Optional<LogCheckpoint> checkpoint = LogCheckpoint.read(directory);
        if (checkpoint.isEmpty() || !checkpoint.get().isOf(directory, environment.bootId())) {
            return false;
        }
        for (SegmentSummary summary : checkpoint.get().segments()) {
            found.add(new Segment(directory, summary));
        }
        if (checkpoint.get().forced()) {
            found.forEach(Segment::markForced);
            forced = true;
        }
        return true;
    }

    private void recover() throws IOException {
        LogCheckpoint.remove(directory);
        deleteUnfinishedRewrites();
        // Whatever locks and listings a dead process left in it, or only half of it, Chronicle makes it anew.
        Files.deleteIfExists(directory.resolve(SegmentFile.CHRONICLE_METADATA));
        List<Integer> numbers = SegmentFile.numbers(directory);
        if (numbers.isEmpty()) {
            return;
        }
        nextNumber = numbers.get(numbers.size() - 1) + 1;
        boolean whole = true;
        for (int number : numbers) {
            if (whole) {
                whole = recover(number);
            } else {
                LOG.error("{}: segment {} is lost: it lies behind damage", directory.getFileName(), number);
                putAside(number);
                remove(number);
            }
        }
    }

    private void deleteUnfinishedRewrites() throws IOException {
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(directory, LogSwap.FOLDER_PREFIX + "*")) {
            for (Path folder : folders) {
                DurableFile.deleteTree(folder);
            }
        }
    }

    /** False if the segment was cut, so that none may follow. */
    private boolean recover(int number) throws IOException {
        long minBaseOffset = found.isEmpty() ? 0 : found.get(found.size() - 1).nextOffset();
        Optional<Segment> sealed = SegmentIndexFile.read(directory, number)
                .filter(file -> file.sealed() && file.summary().baseOffset() >= minBaseOffset)
                .map(file -> new Segment(directory, file.summary()));
        if (sealed.isPresent()) {
            sealed.get().markForced();
            found.add(sealed.get());
            lastHasEnded = true;
            return true;
        }
        return keepIntact(SegmentScan.verify(
                directory, number, minBaseOffset, environment.clock().getAsLong()));
    }

    private boolean keepIntact(SegmentScan scan) throws IOException {
        Segment segment = scan.segment();
        boolean whole = scan.isWhole();
        if (!whole) {
            report(scan);
        }
        if (segment.isEmpty()) {
            remove(segment.number());
        } else {
            lastHasEnded = whole && scan.wordAtEnd() == Excerpt.END_OF_SEGMENT;
            found.add(whole ? segment : cut(segment, scan.endPosition()));
        }
        return whole;
    }

    private void report(SegmentScan scan) throws IOException {
        Segment segment = scan.segment();
        LOG.warn(
                "{}: segment {} is cut at position {}, offset {}: what follows is torn or damaged",
                directory.getFileName(),
                segment.number(),
                scan.endPosition(),
                segment.nextOffset());
        if (scan.hasLost()) {
            LOG.error("{}: batches of segment {} are lost", directory.getFileName(), segment.number());
            putAside(segment.number());
        }
    }

    private Segment cut(Segment torn, long endPosition) throws IOException {
        try {
            long blockBytes = LogTail.blockBytes(settings.maxBatchBytes());
            return SegmentRewrite.keepBefore(directory, torn, endPosition, blockBytes, environment.disk());
        } finally {
            torn.discard();
        }
    }

    /** What cannot be served any more may still be worth something to somebody. */
    private void putAside(int number) throws IOException {
        Path file = SegmentFile.of(directory, number);
        Path aside = file.resolveSibling(file.getFileName() + ".damaged");
        Files.deleteIfExists(aside);
        Files.createLink(aside, file);
        LOG.error("{} is put aside as {}", file, aside.getFileName());
    }

    private void remove(int number) throws IOException {
        Files.deleteIfExists(SegmentFile.indexOf(directory, number));
        Files.deleteIfExists(SegmentFile.of(directory, number));
    }

    private OpenedLog opened(PartitionMetadata metadata, boolean checkpointed) throws IOException {
        long startOffset = metadata.startOffset();
        boolean trimmed = finishTrim(startOffset);
        Segment last = found.isEmpty() ? null : found.get(found.size() - 1);
        long endOffset = last == null ? startOffset : Math.max(startOffset, last.nextOffset());
        if (last == null || lastHasEnded) {
            found.add(new Segment(directory, SegmentSummary.empty(nextNumber, endOffset)));
        }
        return new OpenedLog(
                metadata, new LogSegments(found, startOffset, endOffset), checkpointed && !trimmed, forced, true);
    }

    private boolean finishTrim(long startOffset) throws IOException {
        boolean trimmed = false;
        while (!found.isEmpty() && !found.get(0).isEmpty() && found.get(0).nextOffset() <= startOffset) {
            LogCheckpoint.remove(directory);
            Segment below = found.remove(0);
            nextNumber = Math.max(nextNumber, below.number() + 1);
            below.delete();
            trimmed = true;
        }
        return trimmed;
    }
}
