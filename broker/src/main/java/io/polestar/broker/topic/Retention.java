package io.polestar.broker.topic;

import io.polestar.storage.SegmentInfo;
import java.util.List;
import java.util.function.Predicate;
import org.apache.kafka.storage.internals.log.LogConfig;

/**
 * What {@code retention.ms} and {@code retention.bytes} say of a log's segments. Whole segments go, the oldest first, and
 * nothing above the high watermark. The active one goes only after all others: with it the log is empty. Pure.
 */
final class Retention {
    /** The first segment may begin behind the log's start: what was compacted away does not move it. */
    private static final long NOTHING_GOES = 0;

    private Retention() {}

    /**
     * The first offset to keep by {@code retention.bytes}.
     *
     * @param segments in order, the active one last
     */
    static long startBySize(LogConfig config, List<SegmentInfo> segments, long highWatermark) {
        if (config.retentionSize < 0) {
            return NOTHING_GOES;
        }
        long[] surplusBytes = {
            segments.stream().mapToLong(SegmentInfo::sizeInBytes).sum() - config.retentionSize
        };
        return start(config, segments, highWatermark, segment -> {
            surplusBytes[0] -= segment.sizeInBytes();
            return surplusBytes[0] >= 0;
        });
    }

    /** As {@link #startBySize}, by {@code retention.ms}. */
    static long startByTime(LogConfig config, List<SegmentInfo> segments, long highWatermark, long nowMs) {
        return start(config, segments, highWatermark, segment -> expired(config, segment, nowMs));
    }

    private static boolean expired(LogConfig config, SegmentInfo segment, long nowMs) {
        return config.retentionMs >= 0 && nowMs - segment.maxTimestampMs() > config.retentionMs;
    }

    private static long start(
            LogConfig config, List<SegmentInfo> segments, long highWatermark, Predicate<SegmentInfo> goes) {
        long start = NOTHING_GOES;
        if (config.delete) {
            for (SegmentInfo segment : segments) {
                if (segment.nextOffset() > highWatermark || !goes.test(segment)) {
                    return start;
                }
                start = segment.nextOffset();
            }
        }
        return start;
    }

    /** Whether the oldest segment claims to be of the future, so that {@code retention.ms} keeps it and all behind it. */
    static boolean waitsForTheFuture(LogConfig config, List<SegmentInfo> segments, long nowMs) {
        return config.delete && config.retentionMs >= 0 && segments.get(0).maxTimestampMs() > nowMs;
    }
}
