package io.polestar.broker.hub.view;

import io.polestar.broker.hub.view.Rendering.ShownRecord;
import io.polestar.broker.hub.view.Sources.Found;
import io.polestar.broker.topic.ReferencedRecords.Wanted;
import io.polestar.storage.BatchHeader;
import io.polestar.storage.LogSlice;
import io.polestar.storage.PartitionLog;
import io.polestar.storage.TimestampedOffset;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.RecordBatch;

/**
 * Finds in the sources what the log of a view's partition refers to. Any thread, without a lock.
 */
final class ViewReader {
    private static final int REFERENCE_BYTES = 16 << 10;

    /** A read ends after so many, be all of them of records that are gone: it runs on an event loop. */
    private static final int MOST_REFERENCES = 20_000;

    /** A smaller batch is copied: two regions cost whoever sends them more. */
    private static final int COPIED_BELOW_BYTES = 4096;

    private final PartitionLog log;
    private final Sources sources;
    private final BooleanSupplier sourceHeaders;

    ViewReader(PartitionLog log, Sources sources, BooleanSupplier sourceHeaders) {
        this.log = log;
        this.sources = sources;
        this.sourceHeaders = sourceHeaders;
    }

    /** Called with each reference in order. */
    private interface Visitor {
        /** @return whether to go on */
        boolean visit(StoredReference stored);
    }

    LogSlice read(Wanted wanted) {
        ViewSlice slice = new ViewSlice(wanted.offset());
        boolean complete = false;
        try {
            collect(wanted, slice);
            complete = true;
            return slice.finish();
        } finally {
            if (!complete) {
                slice.release();
            }
        }
    }

    /** What lies before a fault is returned; the next read, which begins at it, is refused. */
    private void collect(Wanted wanted, ViewSlice slice) {
        boolean withHeaders = sourceHeaders.getAsBoolean();
        try {
            walk(wanted.offset(), wanted.limitOffset(), stored -> add(stored, wanted, withHeaders, slice));
        } catch (ApiException e) {
            if (slice.isEmpty()) {
                throw e;
            }
        }
    }

    private void walk(long from, long limitOffset, Visitor visitor) {
        long offset = from;
        int left = MOST_REFERENCES;
        boolean more = true;
        while (more && left > 0) {
            LogSlice references = log.read(offset, limitOffset, REFERENCE_BYTES, true);
            try {
                more = references.sizeInBytes() > 0;
                for (ByteBuffer region : references.regions()) {
                    for (RecordBatch batch :
                            MemoryRecords.readableRecords(region).batches()) {
                        left--;
                        if (more) {
                            more = visitor.visit(StoredReference.of(batch));
                        }
                    }
                }
                offset = references.nextOffset();
                more &= offset < limitOffset;
            } finally {
                references.release();
            }
        }
    }

    private boolean add(StoredReference stored, Wanted wanted, boolean withHeaders, ViewSlice slice) {
        Found found = stored.reference() == null
                ? null
                : sources.find(stored.reference()).orElse(null);
        if (found == null) {
            slice.skip(stored.baseOffset(), stored.lastOffset(), stored.leaderEpoch());
            return true;
        }
        boolean taken = false;
        try {
            Rendering rendering = rendering(stored, found);
            if (!fits(rendering.estimatedBytes(withHeaders), wanted, slice)) {
                return false;
            }
            if (!rendering.isVerbatim(withHeaders)) {
                addRewritten(rendering, withHeaders, slice);
            } else if (wanted.wholeBatches() || rendering.storedBytes() < COPIED_BELOW_BYTES) {
                slice.add(rendering.head(rendering.storedBytes()), stored.lastOffset());
            } else {
                ByteBuffer head = rendering.head(BatchHeader.SIZE);
                slice.add(head, rendering.rest(BatchHeader.SIZE), found.slice(), stored.lastOffset());
                taken = true;
            }
        } finally {
            if (!taken) {
                found.slice().release();
            }
        }
        return slice.sizeInBytes() < wanted.maxBytes();
    }

    private static boolean fits(int bytes, Wanted wanted, ViewSlice slice) {
        boolean first = slice.sizeInBytes() == 0;
        return first && wanted.atLeastOneBatch() || (long) slice.sizeInBytes() + bytes <= wanted.maxBytes();
    }

    private static void addRewritten(Rendering rendering, boolean withHeaders, ViewSlice slice) {
        StoredReference stored = rendering.at();
        Optional<ByteBuffer> batch = rendering.rewritten(withHeaders);
        if (batch.isPresent()) {
            slice.add(batch.get(), stored.lastOffset());
        } else {
            slice.skip(stored.baseOffset(), stored.lastOffset(), stored.leaderEpoch());
        }
    }

    private static Rendering rendering(StoredReference stored, Found found) {
        return new Rendering(stored, found.bytes(), found.source().topicPartition(), found.startOffset());
    }

    /** Where all that would fit is gone, the offset that it had. */
    Optional<TimestampedOffset> findByTimestamp(long timestampMs) {
        Optional<TimestampedOffset> reference = log.findByTimestamp(timestampMs);
        if (reference.isEmpty()) {
            return reference;
        }
        TimestampedOffset[] found = {null};
        walk(reference.get().offset(), log.endOffset(), stored -> {
            if (stored.maxTimestampMs() >= timestampMs) {
                found[0] = first(stored, recordMs -> recordMs >= timestampMs).orElse(null);
            }
            return found[0] == null;
        });
        return found[0] == null ? reference : Optional.of(found[0]);
    }

    Optional<TimestampedOffset> maxTimestamp() {
        Optional<TimestampedOffset> reference = log.maxTimestamp();
        if (reference.isEmpty()) {
            return reference;
        }
        TimestampedOffset[] found = {reference.get()};
        walk(reference.get().offset(), log.endOffset(), stored -> {
            first(stored, recordMs -> recordMs == stored.maxTimestampMs()).ifPresent(exact -> found[0] = exact);
            return false;
        });
        return Optional.of(found[0]);
    }

    private Optional<TimestampedOffset> first(StoredReference stored, Predicate<Long> wantedMs) {
        if (stored.reference() == null) {
            return Optional.empty();
        }
        Optional<Found> batch = sources.find(stored.reference());
        if (batch.isEmpty()) {
            return Optional.empty();
        }
        try {
            Optional<ShownRecord> record = rendering(stored, batch.get()).first(wantedMs);
            return record.map(each -> new TimestampedOffset(each.offset(), each.timestampMs(), stored.leaderEpoch()));
        } finally {
            batch.get().slice().release();
        }
    }
}
