package io.polestar.storage.chronicle;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Learns from a partition's files what its log holds, up to the first place where something is missing, and what lies
 * behind it. Changes nothing. Sealed segments are believed unread. One use each.
 */
final class LogSurvey {

    /**
     * A segment that belongs to the log.
     *
     * @param sealed whether it is known to be complete and on the device
     * @param whole whether its file goes on, or ended, right behind its last batch
     * @param ended whether no batch can be appended to it
     */
    record Kept(Segment segment, boolean sealed, boolean whole, boolean ended) {}

    /**
     * The first place where something is missing, damaged, or was never completed.
     *
     * @param file the file in which it is, or that is missing
     * @param position where in it
     * @param offset the first offset that is not there
     * @param completed whether a batch that was complete is missing
     * @param intact batches behind it
     * @param lastOffset of those batches
     * @param forced whether what is missing was on the device when those batches were written
     */
    record Hole(
            Path file, long position, long offset, boolean completed, long intact, long lastOffset, boolean forced) {}

    private final Path directory;
    private final boolean startIsKnown;
    private final long startOffset;
    private final long gapsMeantBelow;
    private final long nowMs;
    private final List<Kept> kept = new ArrayList<>();
    private final List<Integer> dropped = new ArrayList<>();
    private Hole hole;

    private LogSurvey(Path directory, Optional<PartitionMetadata> metadata, long nowMs) {
        this.directory = directory;
        this.startIsKnown = metadata.isPresent();
        this.startOffset = metadata.map(PartitionMetadata::startOffset).orElse(0L);
        this.gapsMeantBelow = metadata.map(PartitionMetadata::gapsMeantBelow).orElse(0L);
        this.nowMs = nowMs;
    }

    /**
     * @param metadata of the partition, if it is known
     * @param nowMs stands for times that are not in the files
     */
    static LogSurvey of(Path directory, Optional<PartitionMetadata> metadata, long nowMs) throws IOException {
        LogSurvey survey = new LogSurvey(directory, metadata, nowMs);
        List<Integer> numbers = SegmentFile.known(directory);
        for (int i = 0; i < numbers.size() && survey.hole == null; i++) {
            survey.look(numbers.get(i), numbers.subList(i, numbers.size()));
        }
        return survey;
    }

    /** The segments that make up the log, in order. */
    List<Kept> kept() {
        return kept;
    }

    /** Numbers of the files that do not belong to it: those without a batch, and those behind the hole. */
    List<Integer> dropped() {
        return dropped;
    }

    Optional<Hole> hole() {
        return Optional.ofNullable(hole);
    }

    long nextOffset() {
        return kept.isEmpty() ? startOffset : last().segment().nextOffset();
    }

    Kept last() {
        return kept.get(kept.size() - 1);
    }

    private void look(int number, List<Integer> fromHere) throws IOException {
        if (!Files.exists(SegmentFile.of(directory, number))) {
            lookAtMissing(number, fromHere);
            return;
        }
        long minBaseOffset = kept.isEmpty() ? 0 : nextOffset();
        Optional<Segment> sealed = sealed(number, minBaseOffset);
        if (sealed.isPresent()) {
            keep(new Kept(sealed.get(), true, true, true), fromHere);
            return;
        }
        SegmentScan scan = SegmentScan.verify(directory, number, minBaseOffset, nowMs);
        if (!scan.segment().isEmpty()) {
            keep(
                    new Kept(
                            scan.segment(),
                            false,
                            scan.end().isWhole(),
                            scan.end().hasEnded()),
                    fromHere);
        }
        if (hole == null && !scan.end().isContinuable()) {
            boolean empty = scan.segment().isEmpty();
            hole(
                    SegmentFile.of(directory, number),
                    scan.end().stopPosition(),
                    scan.end().hasLostComplete(),
                    fromHere,
                    empty);
        } else if (hole == null && scan.segment().isEmpty()) {
            dropped.add(number);
        }
    }

    /** There is an index without its segment: what was sealed is on the device unless it was removed on purpose. */
    private void lookAtMissing(int number, List<Integer> fromHere) throws IOException {
        long nextOffset = SegmentIndexFile.readSealed(directory, number)
                .map(SegmentSummary::nextOffset)
                .orElse(0L);
        if (nextOffset > gapsMeantBelow) {
            hole(SegmentFile.of(directory, number), 0, true, fromHere, true);
        } else {
            dropped.add(number);
        }
    }

    private Optional<Segment> sealed(int number, long minBaseOffset) throws IOException {
        Optional<SegmentSummary> summary =
                SegmentIndexFile.readSealed(directory, number).filter(found -> found.baseOffset() >= minBaseOffset);
        if (summary.isEmpty()
                || Files.size(SegmentFile.of(directory, number)) < summary.get().endPosition()) {
            return Optional.empty();
        }
        Segment segment = new Segment(directory, summary.get());
        segment.markForced();
        return Optional.of(segment);
    }

    private void keep(Kept found, List<Integer> fromHere) throws IOException {
        if (misses(found)) {
            Path missing = kept.isEmpty()
                            || last().segment().number() + 1 < found.segment().number()
                    ? SegmentFile.of(directory, found.segment().number() - 1)
                    : last().segment().memory().file();
            long position = kept.isEmpty() ? 0 : last().segment().endPosition();
            hole(missing, position, true, fromHere, true);
        } else {
            kept.add(found);
        }
    }

    /** Whether batches before this segment are missing. */
    private boolean misses(Kept found) {
        Segment segment = found.segment();
        if (segment.baseOffset() <= gapsMeantBelow) {
            return false;
        }
        if (kept.isEmpty()) {
            return startIsKnown && segment.number() > 0;
        }
        boolean consecutive = segment.number() == last().segment().number() + 1;
        return segment.baseOffset() > nextOffset() && !(consecutive && last().sealed());
    }

    /** @param andFirst whether the first of these files is behind the hole as a whole */
    private void hole(Path file, long position, boolean completed, List<Integer> fromHere, boolean andFirst)
            throws IOException {
        long intact = 0;
        long lastOffset = -1;
        boolean forced = false;
        for (int number : fromHere) {
            boolean first = number == fromHere.get(0);
            long from = first && !andFirst ? position : 0;
            BatchSearch.Found found = BatchSearch.in(directory, number, from, nextOffset());
            intact += found.batches();
            lastOffset = Math.max(lastOffset, found.nextOffset() - 1);
            forced |= found.forcedPosition() > from
                    || SegmentIndexFile.readSealed(directory, number).isPresent();
            if (!first || andFirst) {
                dropped.add(number);
            }
        }
        hole = new Hole(file, position, nextOffset(), completed, intact, lastOffset, forced);
    }
}
