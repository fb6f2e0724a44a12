package io.polestar.broker.txn;

import io.polestar.broker.BrokerConfig;
import io.polestar.broker.topic.Partitions;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.coordinator.transaction.AddPartitionsToTxnConfig;
import org.apache.kafka.coordinator.transaction.TransactionLogConfig;
import org.apache.kafka.server.common.TransactionVersion;
import org.apache.kafka.storage.internals.log.VerificationGuard;

/**
 * Before the first batch of a transaction is appended to a partition, makes sure that the coordinator knows the partition to
 * be part of the transaction: no record may stay behind that nobody commits or aborts. Safe for use from any thread, never
 * blocks.
 */
public final class TransactionVerifier {

    /**
     * For one partition.
     *
     * @param error NONE if the batch may be appended
     * @param guard what the append needs
     */
    public record Verified(Errors error, VerificationGuard guard) {
        static final Verified ONGOING = new Verified(Errors.NONE, VerificationGuard.SENTINEL);
    }

    private final TransactionCoordinator coordinator;
    private final Partitions partitions;
    private final boolean verifies;
    private final int maxRetryMs;
    private final int backoffMs;
    private final Time time;

    public TransactionVerifier(
            TransactionCoordinator coordinator, Partitions partitions, BrokerConfig config, Time time) {
        AddPartitionsToTxnConfig retries = new AddPartitionsToTxnConfig(config);
        this.coordinator = coordinator;
        this.partitions = partitions;
        this.verifies = new TransactionLogConfig(config).transactionPartitionVerificationEnable();
        this.maxRetryMs = Math.min(retries.addPartitionsToTxnRetryBackoffMaxMs(), config.requestTimeoutMs());
        this.backoffMs = retries.addPartitionsToTxnRetryBackoffMs();
        this.time = time;
    }

    /**
     * Verifies the partitions of one write.
     *
     * @param sequences the first sequence written to each partition
     * @return never fails; done at once where nothing has to be asked or waited for
     */
    public CompletableFuture<Map<TopicPartition, Verified>> verify(
            Producer producer, Map<TopicPartition, Integer> sequences, ClientSupport support) {
        if (support != ClientSupport.ADDS_BY_WRITING && !verifies) {
            return CompletableFuture.completedFuture(sequences.keySet().stream()
                    .collect(Collectors.toMap(Function.identity(), partition -> Verified.ONGOING)));
        }
        return new Attempt(producer, sequences, support, time.milliseconds() + maxRetryMs).run();
    }

    /**
     * As {@link #verify}, for offsets that are committed with a transaction.
     *
     * @return fails with what the client is told
     */
    public CompletableFuture<VerificationGuard> verifyOffsets(
            TopicPartition topicPartition,
            String transactionalId,
            long producerId,
            short producerEpoch,
            int apiVersion) {
        Producer producer = new Producer(transactionalId, producerId, producerEpoch);
        return verify(
                        producer,
                        Map.of(topicPartition, RecordBatch.NO_SEQUENCE),
                        ClientSupport.ofTxnOffsetCommit(apiVersion))
                .thenApply(verified -> {
                    Verified one = verified.get(topicPartition);
                    if (one.error() != Errors.NONE) {
                        throw one.error().exception();
                    }
                    return one.guard();
                });
    }

    private record Question(Producer producer, ClientSupport support) {}

    /** One write, tried again while the producer's transaction before it is being completed. */
    private final class Attempt {
        private final Question question;
        private final Map<TopicPartition, Integer> sequences;
        private final long deadlineMs;

        Attempt(Producer producer, Map<TopicPartition, Integer> sequences, ClientSupport support, long deadlineMs) {
            this.question = new Question(producer, support);
            this.sequences = sequences;
            this.deadlineMs = deadlineMs;
        }

        CompletableFuture<Map<TopicPartition, Verified>> run() {
            Map<TopicPartition, Verified> known = new HashMap<>();
            Map<TopicPartition, VerificationGuard> asked = new HashMap<>();
            sequences.forEach((partition, sequence) -> begin(partition, sequence, known, asked));
            if (asked.isEmpty()) {
                return CompletableFuture.completedFuture(known);
            }
            return ask(question, asked.keySet()).thenCompose(errors -> {
                if (mayTryAgain(errors)) {
                    return pause().thenCompose(none -> run());
                }
                if (isOvertaken(asked, errors) && time.milliseconds() < deadlineMs) {
                    return run();
                }
                asked.forEach((partition, guard) -> known.put(partition, new Verified(errors.get(partition), guard)));
                return CompletableFuture.completedFuture(known);
            });
        }

        private void begin(
                TopicPartition topicPartition,
                int sequence,
                Map<TopicPartition, Verified> known,
                Map<TopicPartition, VerificationGuard> asked) {
            try {
                Producer producer = question.producer();
                VerificationGuard guard = partitions
                        .leader(topicPartition)
                        .beginVerification(
                                producer.producerId(),
                                sequence,
                                producer.producerEpoch(),
                                question.support() == ClientSupport.ADDS_BY_WRITING);
                if (guard == VerificationGuard.SENTINEL) {
                    known.put(topicPartition, Verified.ONGOING);
                } else {
                    asked.put(topicPartition, guard);
                }
            } catch (RuntimeException e) {
                known.put(topicPartition, new Verified(Errors.forException(e), VerificationGuard.SENTINEL));
            }
        }

        /**
         * Whether a partition got the marker of the producer's transaction before between the beginning of its verification and the
         * answer. A marker ends verifications, so that the batch would be refused, and the producer take it for the end of everything.
         */
        private boolean isOvertaken(Map<TopicPartition, VerificationGuard> asked, Map<TopicPartition, Errors> errors) {
            if (question.support() != ClientSupport.ADDS_BY_WRITING || !errors.containsValue(Errors.NONE)) {
                return false;
            }
            Map<TopicPartition, VerificationGuard> now = new HashMap<>();
            asked.keySet().forEach(partition -> begin(partition, sequences.get(partition), new HashMap<>(), now));
            return asked.entrySet().stream()
                    .anyMatch(each ->
                            !now.getOrDefault(each.getKey(), each.getValue()).equals(each.getValue()));
        }

        private boolean mayTryAgain(Map<TopicPartition, Errors> errors) {
            return question.support() == ClientSupport.ADDS_BY_WRITING
                    && errors.containsValue(Errors.CONCURRENT_TRANSACTIONS)
                    && time.milliseconds() < deadlineMs;
        }

        /** Until the transaction before is completed, or the backoff is over where that is not what it waits for. */
        private CompletableFuture<Void> pause() {
            CompletableFuture<Void> completed =
                    coordinator.whenCompleted(question.producer().transactionalId());
            CompletableFuture<Void> over = new CompletableFuture<>();
            if (!completed.isDone()) {
                completed.whenCompleteAsync((none, failure) -> over.complete(null), coordinator.executor());
            }
            coordinator.executor().schedule(() -> over.complete(null), backoffMs, TimeUnit.MILLISECONDS);
            return over;
        }
    }

    private CompletableFuture<Map<TopicPartition, Errors>> ask(Question question, Set<TopicPartition> asked) {
        Set<TopicPartition> all = new HashSet<>(asked);
        try {
            if (question.support() != ClientSupport.ADDS_BY_WRITING) {
                Map<TopicPartition, Errors> answers =
                        new HashMap<>(coordinator.verifyPartitions(question.producer(), all));
                answers.replaceAll((partition, error) -> understood(error, question.support()));
                return CompletableFuture.completedFuture(answers);
            }
            return coordinator
                    .addPartitions(question.producer(), all, TransactionVersion.TV_2)
                    .handle((none, failure) -> same(
                            all, failure == null ? Errors.NONE : TransactionErrors.of(failure), question.support()));
        } catch (RuntimeException e) {
            return CompletableFuture.completedFuture(same(all, Errors.forException(e), question.support()));
        }
    }

    private static Map<TopicPartition, Errors> same(Set<TopicPartition> all, Errors error, ClientSupport support) {
        return all.stream().collect(Collectors.toMap(Function.identity(), partition -> understood(error, support)));
    }

    /** A producer expects INVALID_PRODUCER_EPOCH where it is fenced while it writes, and an older one no new code. */
    private static Errors understood(Errors error, ClientSupport support) {
        if (error == Errors.PRODUCER_FENCED) {
            return Errors.INVALID_PRODUCER_EPOCH;
        }
        return error == Errors.TRANSACTION_ABORTABLE && support == ClientSupport.OLD_ERRORS
                ? Errors.INVALID_TXN_STATE
                : error;
    }
}
