package io.polestar.client.track;

import java.util.List;

/**
 * What a receiver knows of one run of a source in one topic.
 *
 * @param source name and run
 * @param received different messages
 * @param missing sequences below the highest that is known of, which did not come
 * @param duplicates copies of messages in the log, at other offsets than the first
 * @param reordered messages that stand in their partition behind a later one of the source
 * @param redelivered messages that the consumer was given again from the same offset, as after a restart; they are not
 *     duplicates, and counted nowhere else
 */
public record TrackReport(
        String source,
        String topic,
        long received,
        List<SequenceRange> missing,
        long duplicates,
        long reordered,
        long redelivered) {

    /** How many are missing. */
    public long missingCount() {
        return missing.stream().mapToLong(SequenceRange::count).sum();
    }

    /** Nothing missing, nothing twice, all in order. */
    public boolean isClean() {
        return missing.isEmpty() && duplicates == 0 && reordered == 0;
    }
}
