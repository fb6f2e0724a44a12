package io.polestar.broker.topic;

import io.polestar.broker.BrokerConfig;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.coordinator.transaction.TransactionLogConfig;
import org.apache.kafka.coordinator.transaction.TransactionStateManagerConfig;
import org.apache.kafka.server.util.Scheduler;
import org.apache.kafka.storage.internals.log.ProducerStateManagerConfig;

/**
 * What every partition shares.
 *
 * @param nodeId this broker's id
 * @param time the clock
 * @param scheduler runs small file writes in the background
 * @param producerConfig {@code producer.id.expiration.ms}
 * @param maxTransactionTimeoutMs {@code transaction.max.timeout.ms}
 * @param space refuses appends while the disk is nearly full
 * @param losses is told of what a reader may have missed
 */
record PartitionContext(
        int nodeId,
        Time time,
        Scheduler scheduler,
        ProducerStateManagerConfig producerConfig,
        int maxTransactionTimeoutMs,
        DiskSpace space,
        LossListener losses) {

    static PartitionContext of(
            BrokerConfig config, Time time, Scheduler scheduler, DiskSpace space, LossListener losses) {
        TransactionLogConfig transactionLog = new TransactionLogConfig(config);
        return new PartitionContext(
                config.nodeId(),
                time,
                scheduler,
                new ProducerStateManagerConfig(
                        transactionLog.producerIdExpirationMs(),
                        transactionLog.transactionPartitionVerificationEnable()),
                new TransactionStateManagerConfig(config).transactionMaxTimeoutMs(),
                space,
                losses);
    }
}
