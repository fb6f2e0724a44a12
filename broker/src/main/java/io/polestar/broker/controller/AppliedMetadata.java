package io.polestar.broker.controller;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.loader.LoaderManifest;
import org.apache.kafka.image.publisher.MetadataPublisher;

/**
 * How far the metadata log has been applied in this broker: the last publisher, so that what it reports has reached the
 * others. Guarded by its own monitor; futures complete on the loader's thread.
 */
final class AppliedMetadata implements MetadataPublisher {
    private final Supplier<OptionalLong> highWatermark;
    private final TreeMap<Long, CompletableFuture<Void>> waiting = new TreeMap<>();
    private long appliedOffset = -1;
    private boolean closed;

    /** @param highWatermark of the metadata log: the offset after the last committed record */
    AppliedMetadata(Supplier<OptionalLong> highWatermark) {
        this.highWatermark = highWatermark;
    }

    /** The last offset applied, -1 before the first. */
    synchronized long offset() {
        return appliedOffset;
    }

    /** Completes when everything committed by now has been applied. */
    CompletableFuture<Void> awaitCommitted() {
        return await(highWatermark.get().orElse(0) - 1);
    }

    /** Completes when the record at {@code offset} has been applied; cancelled by {@link #close}. */
    synchronized CompletableFuture<Void> await(long offset) {
        if (closed) {
            return CompletableFuture.failedFuture(new CancellationException("The broker is stopping"));
        }
        if (offset <= appliedOffset) {
            return CompletableFuture.completedFuture(null);
        }
        return waiting.computeIfAbsent(offset, o -> new CompletableFuture<>()).copy();
    }

    @Override
    public String name() {
        return "applied-metadata";
    }

    @Override
    public void onMetadataUpdate(MetadataDelta delta, MetadataImage image, LoaderManifest manifest) {
        for (CompletableFuture<Void> future :
                reached(image.highestOffsetAndEpoch().offset())) {
            future.complete(null);
        }
    }

    private synchronized List<CompletableFuture<Void>> reached(long offset) {
        appliedOffset = offset;
        var head = waiting.headMap(offset, true);
        List<CompletableFuture<Void>> futures = new ArrayList<>(head.values());
        head.clear();
        return futures;
    }

    @Override
    public void close() {
        List<CompletableFuture<Void>> futures;
        synchronized (this) {
            closed = true;
            futures = new ArrayList<>(waiting.values());
            waiting.clear();
        }
        futures.forEach(future -> future.cancel(false));
    }
}
