package io.polestar.broker.controller;

import io.polestar.broker.BrokerConfig;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.image.loader.MetadataLoader;
import org.apache.kafka.image.publisher.MetadataPublisher;
import org.apache.kafka.image.publisher.SnapshotEmitter;
import org.apache.kafka.image.publisher.SnapshotGenerator;
import org.apache.kafka.raft.MetadataLogConfig;

/** Replays the committed metadata log into images, hands them to publishers and writes snapshots of them. One thread each. */
final class ImageLoader implements AutoCloseable {
    private final MetadataLoader loader;
    private final SnapshotGenerator snapshots;

    ImageLoader(BrokerConfig config, int nodeId, RaftNode raft, Time time, Faults faults) {
        this.loader = new MetadataLoader.Builder()
                .setNodeId(nodeId)
                .setTime(time)
                .setFaultHandler(faults.fatal("metadata loader"))
                .setHighWaterMarkAccessor(() -> raft.client().highWatermark())
                .setSupportedConfigChecker(new SupportedConfigs())
                .build();
        SnapshotEmitter emitter = new SnapshotEmitter.Builder()
                .setNodeId(nodeId)
                .setRaftClient(raft.client())
                .build();
        this.snapshots = new SnapshotGenerator.Builder(emitter)
                .setNodeId(nodeId)
                .setTime(time)
                .setFaultHandler(faults.nonFatal("snapshot generator"))
                .setMaxBytesSinceLastSnapshot(
                        config.getLong(MetadataLogConfig.METADATA_SNAPSHOT_MAX_NEW_RECORD_BYTES_CONFIG))
                .setMaxTimeSinceLastSnapshotNs(TimeUnit.MILLISECONDS.toNanos(
                        config.getLong(MetadataLogConfig.METADATA_SNAPSHOT_MAX_INTERVAL_MS_CONFIG)))
                .build();
    }

    /** Publishers are told of every change in the order given, over all calls. */
    void install(List<MetadataPublisher> publishers) {
        loader.installPublishers(publishers);
    }

    MetadataLoader listener() {
        return loader;
    }

    SnapshotGenerator snapshots() {
        return snapshots;
    }

    @Override
    public void close() {
        loader.beginShutdown();
        snapshots.beginShutdown();
        Utils.closeQuietly(loader, "metadata loader");
        Utils.closeQuietly(snapshots, "snapshot generator");
    }
}
