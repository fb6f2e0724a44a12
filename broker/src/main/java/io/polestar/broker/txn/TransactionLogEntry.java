package io.polestar.broker.txn;

import java.nio.ByteBuffer;
import java.util.Optional;
import org.apache.kafka.coordinator.common.runtime.Deserializer;
import org.apache.kafka.coordinator.transaction.TransactionLog;
import org.apache.kafka.coordinator.transaction.TransactionMetadata;

/**
 * A record of {@code __transaction_state}.
 *
 * @param metadata what a transactional id's state is from here on; empty where the id was removed
 */
record TransactionLogEntry(String transactionalId, Optional<TransactionMetadata> metadata) {

    /** @throws Deserializer.UnknownRecordTypeException if a newer broker wrote it, which a load skips */
    static TransactionLogEntry read(ByteBuffer key, ByteBuffer value) {
        TransactionLog.ReadResult result = TransactionLog.read(key, value);
        if (result instanceof TransactionLog.TxnRecord written) {
            return new TransactionLogEntry(written.transactionId(), Optional.of(written.metadata()));
        }
        if (result instanceof TransactionLog.TxnTombstone tombstone) {
            return new TransactionLogEntry(tombstone.transactionId(), Optional.empty());
        }
        throw new Deserializer.UnknownRecordTypeException(versionOf(result));
    }

    private static short versionOf(TransactionLog.ReadResult unknown) {
        return unknown instanceof TransactionLog.UnknownKeyVersion key
                ? key.version()
                : ((TransactionLog.UnknownValueVersion) unknown).version();
    }
}
