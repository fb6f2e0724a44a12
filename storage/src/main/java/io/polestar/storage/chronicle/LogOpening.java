package io.polestar.storage.chronicle;

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
    private final List<Segment> found = new ArrayList<>();
    private boolean lastHasEnded;
    private boolean forced;
    private int nextNumber;

    LogOpening(Path directory, LogEnvironment environment) {
        this.directory = directory;
        this.environment = environment;
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
        Optional<LogCheckpoint> checkpoint = LogCheckpoint.read(directory);
        boolean checkpointed = restore(checkpoint);
        if (!checkpointed) {
            recover(stored, checkpoint);
        }
        PartitionMetadata metadata = stored.orElseGet(() -> new PartitionMetadata(topicId, firstOffset()));
        if (stored.isEmpty()) {
            writeAnew(metadata);
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

    private void writeAnew(PartitionMetadata metadata) throws IOException {
        if (!found.isEmpty() || Files.exists(directory.resolve(PartitionMetadata.FILE))) {
            LOG.warn(
                    "{}: {} is missing or damaged; written anew with start offset {}: deleted records before it may be back",
                    directory.getFileName(),
                    directory.resolve(PartitionMetadata.FILE),
                    metadata.startOffset());
        }
        metadata.write(directory);
    }

    private boolean restore(Optional<LogCheckpoint> checkpoint) throws IOException {
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
        if (!checkpoint.get().bootId().equals(environment.bootId())) {
            Files.deleteIfExists(directory.resolve(SegmentFile.CHRONICLE_METADATA));
        }
        return true;
    }

    private void recover(Optional<PartitionMetadata> metadata, Optional<LogCheckpoint> checkpoint) throws IOException {
        LogSurvey survey = LogSurvey.of(directory, metadata, environment.clock().getAsLong());
        boolean sameRun = BootMark.isOf(directory, environment.bootId());
        requireNothingAcknowledgedIsMissing(survey, sameRun);
        if (checkpoint.isPresent() && checkpoint.get().holds(environment.bootId())) {
            requireAllOf(checkpoint.get(), survey);
        }
        // From here on the files are changed.
        LogCheckpoint.remove(directory);
        deleteUnfinishedRewrites();
        // Whatever locks and listings a dead process left in it, or only half of it, Chronicle makes it anew.
        Files.deleteIfExists(directory.resolve(SegmentFile.CHRONICLE_METADATA));
        drop(survey);
        for (LogSurvey.Kept each : survey.kept()) {
            found.add(mayBeContinued(each, sameRun) ? each.segment() : rewrite(each.segment()));
        }
        if (!survey.kept().isEmpty()) {
            lastHasEnded = survey.last().ended();
            nextNumber = Math.max(nextNumber, survey.last().segment().number() + 1);
        }
    }

    /**
     * Behind a power cut, the pages of a file that was not sealed may be of any age, Chronicle's index and what lies behind
     * the last batch among them; where the process alone died they are as they were written.
     */
    private static boolean mayBeContinued(LogSurvey.Kept kept, boolean sameRun) {
        return kept.sealed() || kept.whole() && (sameRun || kept.ended());
    }

    private void requireNothingAcknowledgedIsMissing(LogSurvey survey, boolean sameRun) throws IOException {
        if (survey.hole().isEmpty()) {
            return;
        }
        LogSurvey.Hole hole = survey.hole().get();
        if (hole.forced() || sameRun && (hole.intact() > 0 || hole.completed())) {
            throw new DamagedLogException(directory, describe(hole));
        }
        LOG.warn("{}; the log goes on from there", describe(hole));
        if (hole.intact() > 0 || hole.completed()) {
            LOG.error(
                    "{}: a power cut took what was not forced to the device: records from offset {} on are lost, up to {}"
                            + " at least; only the durability sync keeps what it acknowledged",
                    directory.getFileName(),
                    hole.offset(),
                    Math.max(hole.offset(), hole.lastOffset()));
        }
    }

    private String describe(LogSurvey.Hole hole) {
        String where = directory.getFileName() + ": " + hole.file();
        String what = Files.exists(hole.file())
                ? where + " is " + (hole.completed() || hole.intact() > 0 ? "damaged" : "torn") + " at position "
                        + hole.position() + ", offset " + hole.offset()
                : where + " is missing, with offset " + hole.offset();
        return hole.intact() == 0
                ? what
                : what + "; " + hole.intact() + " intact batches up to offset " + hole.lastOffset() + " lie behind it";
    }

    /** What a clean stop wrote down must be there, unless it was removed on purpose since. */
    private void requireAllOf(LogCheckpoint checkpoint, LogSurvey survey) throws IOException {
        long nextOffset = checkpoint.nextOffset();
        if (survey.nextOffset() < nextOffset) {
            throw new DamagedLogException(
                    directory,
                    directory.getFileName() + ": the log ends at offset " + survey.nextOffset()
                            + ", but at the last stop "
                            + "it ended at " + nextOffset + ": a segment behind "
                            + (survey.kept().isEmpty()
                                    ? directory
                                    : survey.last().segment().memory().file())
                            + " or the end of it is missing");
        }
    }

    /** From the last one backwards, so that a crash in between leaves no gap. */
    private void drop(LogSurvey survey) throws IOException {
        boolean putAside = survey.hole().filter(hole -> hole.intact() > 0).isPresent();
        if (putAside && Files.exists(survey.hole().get().file())) {
            putAside(survey.hole().get().file());
        }
        List<Integer> dropped = survey.dropped();
        for (int i = dropped.size() - 1; i >= 0; i--) {
            Path file = SegmentFile.of(directory, dropped.get(i));
            if (putAside && Files.exists(file)) {
                putAside(file);
            }
            Files.deleteIfExists(SegmentFile.indexOf(directory, dropped.get(i)));
            Files.deleteIfExists(file);
            nextNumber = Math.max(nextNumber, dropped.get(i) + 1);
        }
        if (!dropped.isEmpty()) {
            environment.disk().forceDirectory(directory);
        }
    }

    private void deleteUnfinishedRewrites() throws IOException {
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(directory, LogSwap.FOLDER_PREFIX + "*")) {
            for (Path folder : folders) {
                DurableFile.deleteTree(folder);
            }
        }
    }

    /**
     * Its leading batches in a new file that takes its place: Chronicle's files cannot be shortened, their own index would
     * point behind the end. A crash leaves the torn file or the new one.
     */
    private Segment rewrite(Segment torn) throws IOException {
        String folder = LogSwap.FOLDER_PREFIX;
        try (SegmentCopy copy =
                new SegmentCopy(directory, directory.resolve(folder), torn.number(), torn.firstAppendMs())) {
            copy.appendBefore(torn, torn.endPosition());
            Segment rewritten = copy.finish(environment.disk());
            SegmentSwap swap = new SegmentSwap(folder, torn.number(), List.of(torn.number()));
            rewritten.moveInto(directory, () -> swap.complete(directory, environment.disk()));
            return rewritten;
        } finally {
            torn.discard();
        }
    }

    private static void putAside(Path file) throws IOException {
        LOG.error("{} is put aside as {}", file, SegmentFile.putAside(file).getFileName());
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
