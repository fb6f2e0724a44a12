package io.polestar.storage.chronicle;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Reads all files of a partition whose log is closed, and names every fault. Changes nothing. One use each. */
final class LogVerification {

    private final Path directory;
    private final Consumer<StoredBatch> each;
    private final Optional<PartitionMetadata> metadata;
    private final long gapsMeantBelow;
    private final List<LogFault> faults = new ArrayList<>();
    private final List<SegmentVerification> segments = new ArrayList<>();
    private long nextOffset = -1;

    private LogVerification(Path directory, Consumer<StoredBatch> each) throws IOException {
        this.directory = directory;
        this.each = each;
        this.metadata = PartitionMetadata.read(directory);
        this.gapsMeantBelow = metadata.map(PartitionMetadata::gapsMeantBelow).orElse(0L);
    }

    static LogVerification of(Path directory, Consumer<StoredBatch> each) throws IOException {
        LogVerification verification = new LogVerification(directory, each);
        verification.run();
        return verification;
    }

    private void run() throws IOException {
        if (metadata.isEmpty()) {
            Path file = directory.resolve(PartitionMetadata.FILE);
            String how = Files.exists(file) ? "it is damaged" : "it is missing";
            faults.add(LogFault.harmless(file, how + "; the next start writes it anew, deleted records may be back"));
        }
        for (int number : SegmentFile.known(directory)) {
            lookAt(number);
        }
        lookAtCheckpoint();
    }

    private void lookAt(int number) throws IOException {
        Path file = SegmentFile.of(directory, number);
        if (!Files.exists(file)) {
            lookAtIndexAlone(number);
            return;
        }
        SegmentVerification segment = new SegmentVerification(directory, number, Math.max(0, nextOffset), each).run();
        if (!segment.isEmpty()) {
            lookAtGap(segment);
        }
        long sealedUpTo = sealedUpTo(number);
        segment.faults().forEach(fault -> faults.add(fault.endingAt(sealedUpTo)));
        lookAtIndex(segment, sealedUpTo);
        segments.add(segment);
        nextOffset = Math.max(nextOffset, segment.nextOffset());
    }

    /** The offset after the last batch of a sealed segment, as its index says; -1 if nothing says so. */
    private long sealedUpTo(int number) throws IOException {
        return SegmentIndexFile.readSealed(directory, number)
                .map(SegmentSummary::nextOffset)
                .orElse(-1L);
    }

    private void lookAtGap(SegmentVerification segment) {
        long expected =
                nextOffset < 0 ? metadata.map(PartitionMetadata::startOffset).orElse(-1L) : nextOffset;
        boolean first = segments.isEmpty();
        boolean mayMiss =
                first ? segment.number() > 0 : segments.get(segments.size() - 1).number() + 1 < segment.number();
        if (expected >= 0 && mayMiss && segment.baseOffset() > Math.max(expected, gapsMeantBelow)) {
            Path missing = SegmentFile.of(directory, segment.number() - 1);
            faults.add(new LogFault(missing, -1, expected, segment.baseOffset(), "the segment is missing"));
        }
    }

    private void lookAtIndexAlone(int number) throws IOException {
        Optional<SegmentSummary> sealed =
                SegmentIndexFile.readSealed(directory, number).filter(summary -> summary.nextOffset() > gapsMeantBelow);
        if (sealed.isPresent()) {
            faults.add(new LogFault(
                    SegmentFile.of(directory, number),
                    -1,
                    sealed.get().baseOffset(),
                    sealed.get().nextOffset(),
                    "the segment is missing; its index is there"));
            nextOffset = Math.max(nextOffset, sealed.get().nextOffset());
        }
    }

    private void lookAtIndex(SegmentVerification segment, long sealedUpTo) throws IOException {
        Path index = SegmentFile.indexOf(directory, segment.number());
        if (Files.exists(index)
                && SegmentIndexFile.read(directory, segment.number()).isEmpty()) {
            faults.add(LogFault.harmless(index, "it is damaged; it is made anew from the segment"));
        } else if (sealedUpTo > segment.nextOffset()
                && segment.faults().stream().noneMatch(LogFault::isLoss)) {
            faults.add(new LogFault(
                    SegmentFile.of(directory, segment.number()),
                    segment.endPosition(),
                    segment.nextOffset(),
                    sealedUpTo,
                    "the end of the file is missing, as its index says"));
        }
    }

    private void lookAtCheckpoint() throws IOException {
        Path file = directory.resolve(LogCheckpoint.FILE);
        if (!Files.exists(file)) {
            return;
        }
        Optional<LogCheckpoint> checkpoint = LogCheckpoint.read(directory);
        if (checkpoint.isEmpty()) {
            faults.add(LogFault.harmless(file, "it is damaged; the next start reads the segments instead"));
        } else if (checkpoint.get().forced() && checkpoint.get().nextOffset() > endOffset() && !isDamaged()) {
            faults.add(new LogFault(
                    file, -1, endOffset(), checkpoint.get().nextOffset(), "the log ended there at the last stop"));
        }
    }

    private boolean isDamaged() {
        return faults.stream().anyMatch(LogFault::isLoss);
    }

    List<SegmentVerification> segments() {
        return segments;
    }

    List<LogFault> faults() {
        return faults;
    }

    Optional<PartitionMetadata> metadata() {
        return metadata;
    }

    private long startOffset() {
        return metadata.map(PartitionMetadata::startOffset)
                .orElseGet(() ->
                        segments.isEmpty() ? 0 : Math.max(0, segments.get(0).baseOffset()));
    }

    long endOffset() {
        return Math.max(startOffset(), nextOffset);
    }

    LogReport report() {
        return new LogReport(
                directory.getFileName().toString(),
                startOffset(),
                endOffset(),
                segments.size(),
                segments.stream().mapToLong(SegmentVerification::batches).sum(),
                segments.stream().mapToLong(SegmentVerification::bytes).sum(),
                List.copyOf(faults));
    }
}
