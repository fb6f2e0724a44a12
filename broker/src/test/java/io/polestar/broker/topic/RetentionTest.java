package io.polestar.broker.topic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polestar.storage.SegmentInfo;
import java.util.List;
import java.util.Map;
import org.apache.kafka.storage.internals.log.LogConfig;
import org.junit.jupiter.api.Test;

class RetentionTest {
    private static final long NOW_MS = 1_000_000;

    private static final List<SegmentInfo> SEGMENTS = List.of(
            new SegmentInfo(0, 10, 1000, 4096, NOW_MS - 3000),
            new SegmentInfo(10, 20, 1000, 4096, NOW_MS - 2000),
            new SegmentInfo(20, 30, 1000, 4096, NOW_MS - 1000),
            new SegmentInfo(30, 35, 500, 4096, NOW_MS - 10));

    @Test
    void shouldKeepEverythingWithoutLimits() {
        assertEquals(0, start(Map.of("retention.ms", "-1", "retention.bytes", "-1"), 35));
    }

    @Test
    void shouldRemoveSegmentsWhoseNewestRecordIsTooOld() {
        assertEquals(20, start(Map.of("retention.ms", "1500"), 35));
    }

    @Test
    void shouldRemoveOldestSegmentsWhileTheRestIsStillLargeEnough() {
        assertEquals(10, start(Map.of("retention.ms", "-1", "retention.bytes", "2500"), 35));
        assertEquals(0, start(Map.of("retention.ms", "-1", "retention.bytes", "2501"), 35));
        assertEquals(30, start(Map.of("retention.ms", "-1", "retention.bytes", "1"), 35));
        assertEquals(35, start(Map.of("retention.ms", "-1", "retention.bytes", "0"), 35));
    }

    @Test
    void shouldNotRemoveAboveTheHighWatermark() {
        assertEquals(10, start(Map.of("retention.ms", "0"), 15));
    }

    @Test
    void shouldRemoveNothingOfACompactedTopic() {
        assertEquals(0, start(Map.of("retention.ms", "0", "cleanup.policy", "compact"), 35));
        assertEquals(35, start(Map.of("retention.ms", "0", "cleanup.policy", "compact,delete"), 35));
    }

    @Test
    void shouldRemoveTheActiveSegmentOnlyAfterAllOthers() {
        assertEquals(35, start(Map.of("retention.ms", "5"), 35));
        assertEquals(30, start(Map.of("retention.ms", "50"), 35));
        List<SegmentInfo> newestFirst = List.of(
                new SegmentInfo(0, 10, 1000, 4096, NOW_MS + 1), new SegmentInfo(10, 20, 1000, 4096, NOW_MS - 1000));
        LogConfig config = config(Map.of("retention.ms", "5"));
        assertEquals(0, Retention.startByTime(config, newestFirst, 20, NOW_MS));
        assertTrue(Retention.waitsForTheFuture(config, newestFirst, NOW_MS));
        assertFalse(Retention.waitsForTheFuture(config, newestFirst, NOW_MS + 1));
    }

    @Test
    void shouldRemoveNothingOfAnEmptyLog() {
        List<SegmentInfo> empty = List.of(new SegmentInfo(35, 35, 0, 0, -1));
        LogConfig config = config(Map.of("retention.ms", "5", "retention.bytes", "0"));
        assertEquals(35, Retention.startByTime(config, empty, 35, NOW_MS));
        assertEquals(35, Retention.startBySize(config, empty, 35));
    }

    private static long start(Map<String, String> configs, long highWatermark) {
        LogConfig config = config(configs);
        return Math.max(
                Retention.startByTime(config, SEGMENTS, highWatermark, NOW_MS),
                Retention.startBySize(config, SEGMENTS, highWatermark));
    }

    private static LogConfig config(Map<String, String> configs) {
        return new LogConfig(configs);
    }
}
