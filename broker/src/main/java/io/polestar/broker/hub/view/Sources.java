package io.polestar.broker.hub.view;

import io.polestar.broker.topic.Partition;
import io.polestar.storage.BatchHeader;
import io.polestar.storage.LogSlice;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.apache.kafka.common.errors.OffsetOutOfRangeException;

/** Every partition that a view shows. Changed by the metadata loader's thread, read by any. */
final class Sources {

    /**
     * A batch of a source, held until its slice is released.
     *
     * @param startOffset of the source: what lies below it in the batch was deleted
     */
    record Found(Source source, LogSlice slice, long startOffset) {
        ByteBuffer bytes() {
            return slice.regions().get(0);
        }
    }

    private final Map<SourceId, Source> byId = new ConcurrentHashMap<>();

    Source get(SourceId id) {
        return byId.get(id);
    }

    Source getOrAdd(SourceId id, Function<SourceId, Source> add) {
        return byId.computeIfAbsent(id, add);
    }

    Source remove(SourceId id) {
        return byId.remove(id);
    }

    Collection<Source> all() {
        return byId.values();
    }

    /**
     * The batch that a reference names.
     *
     * @return empty if it was removed: by retention, compaction, with its topic, or by a power cut
     * @throws KafkaStorageException if it cannot be read now
     */
    Optional<Found> find(Reference reference) {
        Source source = byId.get(reference.source());
        if (source == null) {
            return Optional.empty();
        }
        Partition partition = source.partition();
        long start = partition.logStartOffset();
        if (reference.lastOffset() < start) {
            return Optional.empty();
        }
        try {
            LogSlice slice =
                    partition.read(Math.max(start, reference.baseOffset()), 1, true, IsolationLevel.READ_UNCOMMITTED);
            if (isNamed(reference, slice)) {
                return Optional.of(new Found(source, slice, start));
            }
            slice.release();
            return Optional.empty();
        } catch (OffsetOutOfRangeException e) {
            return Optional.empty();
        }
    }

    private static boolean isNamed(Reference reference, LogSlice slice) {
        if (slice.sizeInBytes() == 0) {
            return false;
        }
        ByteBuffer bytes = slice.regions().get(0);
        int at = bytes.position();
        return BatchHeader.baseOffset(bytes, at) == reference.baseOffset()
                && BatchHeader.lastOffset(bytes, at) == reference.lastOffset()
                && BatchHeader.leaderEpoch(bytes, at) == reference.epoch();
    }
}
