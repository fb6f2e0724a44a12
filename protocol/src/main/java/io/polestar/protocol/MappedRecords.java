package io.polestar.protocol;

import io.netty.util.AbstractReferenceCounted;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetectorFactory;
import io.netty.util.ResourceLeakTracker;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.kafka.common.record.internal.BaseRecords;
import org.apache.kafka.common.record.internal.RecordsSend;

/**
 * Record batches that stay in the log's memory until the socket has taken them. A response that holds such records owns
 * one reference; the network gives it back in every case: sent, failed or never sent. Safe for use from any thread.
 */
public final class MappedRecords extends AbstractReferenceCounted implements BaseRecords {
    private static final ResourceLeakDetector<MappedRecords> LEAKS =
            ResourceLeakDetectorFactory.instance().newResourceLeakDetector(MappedRecords.class);

    private final List<ByteBuffer> regions;
    private final int sizeInBytes;
    private final Runnable onRelease;
    private final ResourceLeakTracker<MappedRecords> leak;

    /**
     * @param regions direct buffers, each from position to limit; in order they are the batches
     * @param sizeInBytes bytes of all regions together
     * @param onRelease gives the memory back; called once, on whichever thread releases the last reference
     */
    public MappedRecords(List<ByteBuffer> regions, int sizeInBytes, Runnable onRelease) {
        this.regions = regions;
        this.sizeInBytes = sizeInBytes;
        this.onRelease = onRelease;
        this.leak = LEAKS.track(this);
    }

    /** Not to be touched after the last release. */
    public List<ByteBuffer> regions() {
        return regions;
    }

    @Override
    public int sizeInBytes() {
        return sizeInBytes;
    }

    @Override
    public RecordsSend<? extends BaseRecords> toSend() {
        throw new UnsupportedOperationException("Mapped records are sent by Netty");
    }

    @Override
    public MappedRecords touch(Object hint) {
        if (leak != null) {
            leak.record(hint);
        }
        return this;
    }

    @Override
    protected void deallocate() {
        if (leak != null) {
            leak.close(this);
        }
        onRelease.run();
    }

    @Override
    public String toString() {
        return "MappedRecords(" + sizeInBytes + " bytes)";
    }
}
