package io.polestar.storage;

import org.apache.kafka.common.errors.KafkaStorageException;

/** Told what became of {@link PartitionLog#requestForce}; called on a thread of the store that forces, without a lock held. */
public interface ForceListener {

    /** {@link PartitionLog#durableOffset} moved. */
    void onDurable(long durableOffset);

    /** The device refused: the log is failed for good, since nobody knows which of its pages are on the device. */
    void onForceFailed(KafkaStorageException failure);
}
