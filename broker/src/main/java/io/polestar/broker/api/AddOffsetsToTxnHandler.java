package io.polestar.broker.api;

import io.polestar.broker.security.Access;
import io.polestar.broker.txn.Producer;
import io.polestar.broker.txn.TransactionCoordinator;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.AddOffsetsToTxnResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.AddOffsetsToTxnRequest;
import org.apache.kafka.common.requests.AddOffsetsToTxnResponse;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.coordinator.group.GroupCoordinator;
import org.apache.kafka.server.common.TransactionVersion;

/** AddOffsetsToTxn: a group's offsets become part of a transaction. v2: PRODUCER_FENCED instead of INVALID_PRODUCER_EPOCH. */
final class AddOffsetsToTxnHandler implements ApiHandler<AddOffsetsToTxnRequest> {
    private static final short FIRST_VERSION_WITH_FENCED = 2;

    private final TransactionCoordinator transactions;
    private final GroupCoordinator groups;
    private final Access access;

    AddOffsetsToTxnHandler(TransactionCoordinator transactions, GroupCoordinator groups, Access access) {
        this.transactions = transactions;
        this.groups = groups;
        this.access = access;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.ADD_OFFSETS_TO_TXN;
    }

    @Override
    public CompletableFuture<AddOffsetsToTxnResponse> handle(RequestContext context, AddOffsetsToTxnRequest request) {
        String id = request.data().transactionalId();
        String groupId = request.data().groupId();
        access.requireOnTransactionalId(context, AclOperation.WRITE, id);
        access.requireOnGroup(context, AclOperation.READ, groupId);
        TopicPartition partition = new TopicPartition(Topic.GROUP_METADATA_TOPIC_NAME, groups.partitionFor(groupId));
        Producer producer =
                new Producer(id, request.data().producerId(), request.data().producerEpoch());
        return FencedCode.of(
                context.apiVersion() < FIRST_VERSION_WITH_FENCED,
                () -> transactions
                        .addPartitions(producer, Set.of(partition), TransactionVersion.TV_0)
                        .thenApply(none -> new AddOffsetsToTxnResponse(new AddOffsetsToTxnResponseData())));
    }
}
