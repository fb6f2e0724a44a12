package io.polestar.broker.txn;

import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.InvalidRegularExpression;
import org.apache.kafka.common.message.DescribeTransactionsResponseData;
import org.apache.kafka.common.message.ListTransactionsRequestData;
import org.apache.kafka.common.message.ListTransactionsResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.coordinator.transaction.TransactionMetadata;
import org.apache.kafka.coordinator.transaction.TransactionState;

/** Answers what transactions there are. Safe for use from any thread. */
final class TransactionQueries {
    private final TransactionStates states;
    private final Time time;

    TransactionQueries(TransactionStates states, Time time) {
        this.states = states;
        this.time = time;
    }

    DescribeTransactionsResponseData.TransactionState describe(String transactionalId) {
        DescribeTransactionsResponseData.TransactionState answer =
                new DescribeTransactionsResponseData.TransactionState().setTransactionalId(transactionalId);
        if (transactionalId.isEmpty()) {
            return answer.setErrorCode(Errors.INVALID_REQUEST.code());
        }
        try {
            Optional<Owned> owned = states.find(transactionalId);
            return owned.isEmpty()
                    ? answer.setErrorCode(Errors.TRANSACTIONAL_ID_NOT_FOUND.code())
                    : owned.get().inLock(() -> describe(owned.get().metadata(), answer));
        } catch (ApiException e) {
            return answer.setErrorCode(Errors.forException(e).code());
        }
    }

    private static DescribeTransactionsResponseData.TransactionState describe(
            TransactionMetadata metadata, DescribeTransactionsResponseData.TransactionState answer) {
        if (metadata.state() == TransactionState.DEAD) {
            return answer.setErrorCode(Errors.TRANSACTIONAL_ID_NOT_FOUND.code());
        }
        for (TopicPartition partition : metadata.topicPartitions()) {
            DescribeTransactionsResponseData.TopicData topic = answer.topics().find(partition.topic());
            if (topic == null) {
                topic = new DescribeTransactionsResponseData.TopicData().setTopic(partition.topic());
                answer.topics().add(topic);
            }
            topic.partitions().add(partition.partition());
        }
        return answer.setProducerId(metadata.producerId())
                .setProducerEpoch(metadata.producerEpoch())
                .setTransactionState(metadata.state().stateName())
                .setTransactionTimeoutMs(metadata.txnTimeoutMs())
                .setTransactionStartTimeMs(metadata.txnStartTimestamp());
    }

    /** @throws InvalidRegularExpression if the request's pattern is none */
    ListTransactionsResponseData list(ListTransactionsRequestData request) {
        ListTransactionsResponseData answer = new ListTransactionsResponseData();
        if (states.isLoading()) {
            return answer.setErrorCode(Errors.COORDINATOR_LOAD_IN_PROGRESS.code());
        }
        for (String state : request.stateFilters()) {
            if (TransactionState.fromName(state).isEmpty()) {
                answer.unknownStateFilters().add(state);
            }
        }
        Predicate<TransactionMetadata> wanted = filter(request);
        for (Owned owned : states.all()) {
            TransactionMetadata metadata = owned.metadata();
            owned.locked(() -> {
                if (wanted.test(metadata)) {
                    answer.transactionStates()
                            .add(new ListTransactionsResponseData.TransactionState()
                                    .setTransactionalId(metadata.transactionalId())
                                    .setProducerId(metadata.producerId())
                                    .setTransactionState(metadata.state().stateName()));
                }
            });
        }
        return answer;
    }

    private Predicate<TransactionMetadata> filter(ListTransactionsRequestData request) {
        Set<TransactionState> wantedStates = request.stateFilters().stream()
                .flatMap(name -> TransactionState.fromName(name).stream())
                .collect(Collectors.toSet());
        Set<Long> producerIds = Set.copyOf(request.producerIdFilters());
        Optional<Pattern> pattern = pattern(request.transactionalIdPattern());
        long nowMs = time.milliseconds();
        return metadata -> metadata.state() != TransactionState.DEAD
                && (producerIds.isEmpty() || producerIds.contains(metadata.producerId()))
                && (request.stateFilters().isEmpty() || wantedStates.contains(metadata.state()))
                && (request.durationFilter() < 0 || nowMs - metadata.txnStartTimestamp() > request.durationFilter())
                && pattern.map(p -> p.matcher(metadata.transactionalId()).matches())
                        .orElse(true);
    }

    private static Optional<Pattern> pattern(String regex) {
        if (regex == null || regex.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(Pattern.compile(regex));
        } catch (PatternSyntaxException e) {
            throw new InvalidRegularExpression("Transaction ID pattern `" + regex
                    + "` is not a valid regular expression: " + e.getMessage() + ".");
        }
    }

    long count(TransactionState state) {
        return states.all().stream()
                .filter(owned -> owned.metadata().state() == state)
                .count();
    }
}
