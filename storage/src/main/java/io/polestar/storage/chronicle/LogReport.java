package io.polestar.storage.chronicle;

import java.util.List;

/**
 * What a partition's files hold, read as a whole.
 *
 * @param partition its folder's name
 * @param startOffset the first offset that may be read
 * @param endOffset the offset after the last intact batch
 * @param segments how many files
 * @param batches intact ones
 * @param bytes of those
 * @param faults in the order of the log
 */
public record LogReport(
        String partition,
        long startOffset,
        long endOffset,
        int segments,
        long batches,
        long bytes,
        List<LogFault> faults) {

    /** Whether acknowledged records may be lost, so that a broker would not open the log. */
    public boolean isDamaged() {
        return faults.stream().anyMatch(LogFault::isLoss);
    }
}
