package io.polestar.broker.txn;

import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.requests.TransactionResult;

/**
 * The control record that ends a transaction in a partition.
 *
 * @param transactionVersion the {@code transaction.version} the transaction was made under
 */
public record Marker(
        long producerId,
        short producerEpoch,
        int coordinatorEpoch,
        TransactionResult result,
        short transactionVersion) {

    MemoryRecords asRecords() {
        ControlRecordType type =
                result == TransactionResult.COMMIT ? ControlRecordType.COMMIT : ControlRecordType.ABORT;
        return MemoryRecords.withEndTransactionMarker(
                producerId, producerEpoch, new EndTransactionMarker(type, coordinatorEpoch));
    }
}
