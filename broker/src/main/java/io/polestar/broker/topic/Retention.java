package io.polestar.broker.topic;

import io.polestar.storage.SegmentInfo;
import java.util.List;
import org.apache.kafka.storage.internals.log.LogConfig;

/** What {@code retention.ms} and {@code retention.bytes} say of a log's segments. Pure. */
final class Retention {
    private Retention() {}

    /** Whether the active segment holds records and all of them are too old, so that it must be rolled to be deleted. */
    static boolean activeSegmentExpired(LogConfig config, List<SegmentInfo> segments, long nowMs) {
        SegmentInfo active = segments.get(segments.size() - 1);
        return config.delete && active.nextOffset() > active.baseOffset() && expired(config, active, nowMs);
    }

    /**
     * The first offset to keep. Whole segments are removed, never the active one and nothing above the high watermark.
     *
     * @param segments in order, the active one last
     */
    static long newStartOffset(LogConfig config, List<SegmentInfo> segments, long highWatermark, long nowMs) {
        long start = segments.get(0).baseOffset();
        if (!config.delete) {
            return start;
        }
        long surplusBytes = config.retentionSize < 0
                ? -1
                : segments.stream().mapToLong(SegmentInfo::sizeInBytes).sum() - config.retentionSize;
        for (SegmentInfo segment : segments.subList(0, segments.size() - 1)) {
            boolean tooMuch = surplusBytes >= segment.sizeInBytes() && surplusBytes > 0;
            if (segment.nextOffset() > highWatermark || !(tooMuch || expired(config, segment, nowMs))) {
                return start;
            }
            surplusBytes -= segment.sizeInBytes();
            start = segment.nextOffset();
        }
        return start;
    }

    private static boolean expired(LogConfig config, SegmentInfo segment, long nowMs) {
        return config.retentionMs >= 0 && nowMs - segment.maxTimestampMs() > config.retentionMs;
    }
}
