package io.polestar.broker.api;

import io.polestar.broker.security.Access;
import io.polestar.broker.txn.Producer;
import io.polestar.broker.txn.TransactionCoordinator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTransaction;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData.AddPartitionsToTxnResult;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData.AddPartitionsToTxnResultCollection;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AddPartitionsToTxnRequest;
import org.apache.kafka.common.requests.AddPartitionsToTxnResponse;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.metadata.KRaftMetadataCache;
import org.apache.kafka.server.common.TransactionVersion;

/**
 * AddPartitionsToTxn: partitions become part of a transaction, or it is only asked whether they are.
 *
 * <ul>
 *   <li>to v3: one transaction, from its producer. v2: PRODUCER_FENCED instead of INVALID_PRODUCER_EPOCH.
 *   <li>v4 and v5: many transactions, from another broker, each to add or to verify.
 * </ul>
 */
final class AddPartitionsToTxnHandler implements ApiHandler<AddPartitionsToTxnRequest> {
    private static final short FIRST_VERSION_WITH_FENCED = 2;
    private static final short FIRST_VERSION_FOR_BROKERS = 4;

    private final TransactionCoordinator transactions;
    private final KRaftMetadataCache metadata;
    private final Access access;

    AddPartitionsToTxnHandler(TransactionCoordinator transactions, KRaftMetadataCache metadata, Access access) {
        this.transactions = transactions;
        this.metadata = metadata;
        this.access = access;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.ADD_PARTITIONS_TO_TXN;
    }

    @Override
    public CompletableFuture<AddPartitionsToTxnResponse> handle(
            RequestContext context, AddPartitionsToTxnRequest given) {
        boolean fromBroker = context.apiVersion() >= FIRST_VERSION_FOR_BROKERS;
        if (fromBroker) {
            access.requireOnCluster(context, AclOperation.CLUSTER_ACTION);
        }
        AddPartitionsToTxnRequest request = fromBroker ? given : given.normalizeRequest();
        List<CompletableFuture<AddPartitionsToTxnResult>> results = request.data().transactions().stream()
                .map(transaction -> handle(context, request, transaction))
                .toList();
        return CompletableFuture.allOf(results.toArray(CompletableFuture<?>[]::new))
                .thenApply(done -> response(
                        fromBroker,
                        results.stream().map(CompletableFuture::join).toList()));
    }

    private static AddPartitionsToTxnResponse response(boolean fromBroker, List<AddPartitionsToTxnResult> results) {
        AddPartitionsToTxnResponseData data = new AddPartitionsToTxnResponseData();
        if (fromBroker) {
            AddPartitionsToTxnResultCollection all = new AddPartitionsToTxnResultCollection();
            all.addAll(results);
            data.setResultsByTransaction(all);
        } else {
            results.forEach(result -> data.setResultsByTopicV3AndBelow(result.topicResults()));
        }
        return new AddPartitionsToTxnResponse(data);
    }

    private CompletableFuture<AddPartitionsToTxnResult> handle(
            RequestContext context, AddPartitionsToTxnRequest request, AddPartitionsToTxnTransaction transaction) {
        String id = transaction.transactionalId();
        if (id == null) {
            throw new InvalidRequestException("Transactional ID can not be null in request.");
        }
        boolean fromBroker = context.apiVersion() >= FIRST_VERSION_FOR_BROKERS;
        if (!fromBroker && !access.allowed(context, AclOperation.WRITE, ResourceType.TRANSACTIONAL_ID, id)) {
            return CompletableFuture.completedFuture(
                    request.errorResponseForTransaction(id, Errors.TRANSACTIONAL_ID_AUTHORIZATION_FAILED));
        }
        Set<TopicPartition> partitions = new HashSet<>(AddPartitionsToTxnRequest.getPartitions(transaction.topics()));
        Map<TopicPartition, Errors> refused = refused(context, fromBroker, partitions);
        if (!refused.isEmpty()) {
            partitions.forEach(partition -> refused.putIfAbsent(partition, Errors.OPERATION_NOT_ATTEMPTED));
            return CompletableFuture.completedFuture(AddPartitionsToTxnResponse.resultForTransaction(id, refused));
        }
        Producer producer = new Producer(id, transaction.producerId(), transaction.producerEpoch());
        return transaction.verifyOnly()
                ? CompletableFuture.completedFuture(verify(producer, partitions))
                : add(context, request, producer, partitions);
    }

    /** One partition that cannot be added keeps the others out too. */
    private Map<TopicPartition, Errors> refused(
            RequestContext context, boolean fromBroker, Set<TopicPartition> partitions) {
        Set<String> allowed = fromBroker
                ? partitions.stream().map(TopicPartition::topic).collect(Collectors.toSet())
                : access.allowedNames(
                        context,
                        AclOperation.WRITE,
                        ResourceType.TOPIC,
                        partitions.stream()
                                .filter(p -> !Topic.isInternal(p.topic()))
                                .toList(),
                        TopicPartition::topic);
        Map<TopicPartition, Errors> refused = new HashMap<>();
        for (TopicPartition partition : partitions) {
            if (!allowed.contains(partition.topic())) {
                refused.put(partition, Errors.TOPIC_AUTHORIZATION_FAILED);
            } else if (!metadata.contains(partition)) {
                refused.put(partition, Errors.UNKNOWN_TOPIC_OR_PARTITION);
            }
        }
        return refused;
    }

    private AddPartitionsToTxnResult verify(Producer producer, Set<TopicPartition> partitions) {
        Map<TopicPartition, Errors> errors;
        try {
            errors = transactions.verifyPartitions(producer, partitions);
        } catch (RuntimeException e) {
            Errors error = Errors.forException(e);
            errors = partitions.stream().collect(Collectors.toMap(partition -> partition, partition -> error));
        }
        return AddPartitionsToTxnResponse.resultForTransaction(producer.transactionalId(), errors);
    }

    private CompletableFuture<AddPartitionsToTxnResult> add(
            RequestContext context,
            AddPartitionsToTxnRequest request,
            Producer producer,
            Set<TopicPartition> partitions) {
        CompletableFuture<Void> added;
        try {
            added = FencedCode.of(
                    context.apiVersion() < FIRST_VERSION_WITH_FENCED,
                    () -> transactions.addPartitions(
                            producer, partitions, TransactionVersion.transactionVersionForAddPartitionsToTxn(request)));
        } catch (RuntimeException e) {
            added = CompletableFuture.failedFuture(e);
        }
        return added.handle((none, failure) -> request.errorResponseForTransaction(
                producer.transactionalId(), failure == null ? Errors.NONE : Errors.forException(failure)));
    }
}
