package io.polestar.broker.topic;

import io.polestar.storage.SegmentInfo;
import java.util.List;
import java.util.function.Predicate;
import org.apache.kafka.storage.internals.log.LogConfig;

/** What {@code retention.ms} and {@code retention.bytes} say of a log's segments. Pure. */
final class Retention {
    /** The first segment may begin behind the log's start: what was compacted away does not move it. */
    private static final long NOTHING_GOES = 0;

    private Retention() {}

    /** Whether the active segment holds records and all of them are too old, so that it must be rolled to be deleted. */
    static boolean activeSegmentExpired(LogConfig config, List<SegmentInfo> segments, long nowMs) {
        SegmentInfo active = segments.get(segments.size() - 1);
        return config.delete && active.nextOffset() > active.baseOffset() && expired(config, active, nowMs);
    }

    /**
     * The first offset to keep by {@code retention.ms}. Whole segments are removed, never the active one and nothing above
     * the high watermark.
     *
     * @param segments in order, the active one last
     */
    static long startByTime(LogConfig config, List<SegmentInfo> segments, long highWatermark, long nowMs) {
        return start(config, segments, highWatermark, segment -> expired(config, segment, nowMs));
    }

    /** As {@link #startByTime}, by {@code retention.bytes}. */
    static long startBySize(LogConfig config, List<SegmentInfo> segments, long highWatermark) {
        if (config.retentionSize < 0) {
            return NOTHING_GOES;
        }
        long[] surplusBytes = {
            segments.stream().mapToLong(SegmentInfo::sizeInBytes).sum() - config.retentionSize
        };
        return start(config, segments, highWatermark, segment -> {
            boolean tooMuch = surplusBytes[0] > 0 && surplusBytes[0] >= segment.sizeInBytes();
            surplusBytes[0] -= segment.sizeInBytes();
            return tooMuch;
        });
    }

    private static long start(
            LogConfig config, List<SegmentInfo> segments, long highWatermark, Predicate<SegmentInfo> goes) {
        long start = NOTHING_GOES;
        if (config.delete) {
            for (SegmentInfo segment : segments.subList(0, segments.size() - 1)) {
                if (segment.nextOffset() > highWatermark || !goes.test(segment)) {
                    return start;
                }
                start = segment.nextOffset();
            }
        }
        return start;
    }

    private static boolean expired(LogConfig config, SegmentInfo segment, long nowMs) {
        return config.retentionMs >= 0 && nowMs - segment.maxTimestampMs() > config.retentionMs;
    }
}
