package io.polestar.broker.api;

import io.polestar.broker.group.GroupCoordinators;
import io.polestar.broker.security.Access;
import io.polestar.broker.share.ShareCoordinators;
import io.polestar.broker.txn.TransactionCoordinator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.FindCoordinatorResponseData;
import org.apache.kafka.common.message.FindCoordinatorResponseData.Coordinator;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.FindCoordinatorRequest;
import org.apache.kafka.common.requests.FindCoordinatorRequest.CoordinatorType;
import org.apache.kafka.common.requests.FindCoordinatorResponse;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.metadata.KRaftMetadataCache;
import org.apache.kafka.server.share.SharePartitionKey;

/**
 * FindCoordinator: which broker coordinates a group, a transactional id or a share partition.
 *
 * <ul>
 *   <li>below version 4 one key, answered at the top of the response; above it a list of keys
 *   <li>version 6: share-partition keys
 *   <li>the first request creates the coordinator's topic; while that happens, and while a coordinator loads, the
 *       answer waits a moment, because a client that is sent away comes back only after its backoff
 * </ul>
 */
final class FindCoordinatorHandler implements ApiHandler<FindCoordinatorRequest> {
    private static final long MAX_WAIT_MS = 2_000;
    private static final int FIRST_VERSION_WITH_SHARE = 6;

    private record Found(Errors error, Node node) {}

    private final GroupCoordinators groups;
    private final TransactionCoordinator transactions;
    private final ShareCoordinators shares;
    private final KRaftMetadataCache metadata;
    private final InternalTopicCreation internalTopics;
    private final Access access;

    FindCoordinatorHandler(
            GroupCoordinators groups,
            TransactionCoordinator transactions,
            ShareCoordinators shares,
            KRaftMetadataCache metadata,
            InternalTopicCreation internalTopics,
            Access access) {
        this.groups = groups;
        this.transactions = transactions;
        this.shares = shares;
        this.metadata = metadata;
        this.internalTopics = internalTopics;
        this.access = access;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.FIND_COORDINATOR;
    }

    @Override
    public CompletableFuture<FindCoordinatorResponse> handle(RequestContext context, FindCoordinatorRequest request) {
        FindCoordinatorRequestData data = request.data();
        CoordinatorType type = CoordinatorType.forId(data.keyType());
        if (context.apiVersion() < FindCoordinatorRequest.MIN_BATCHED_VERSION) {
            return find(context, type, data.key())
                    .thenApply(found -> FindCoordinatorResponse.prepareOldResponse(found.error(), found.node()));
        }
        List<CompletableFuture<Coordinator>> answers = data.coordinatorKeys().stream()
                .map(key -> find(context, type, key).thenApply(found -> coordinator(key, found)))
                .toList();
        return CompletableFuture.allOf(answers.toArray(CompletableFuture<?>[]::new))
                .thenApply(done -> new FindCoordinatorResponse(new FindCoordinatorResponseData()
                        .setCoordinators(
                                answers.stream().map(CompletableFuture::join).toList())));
    }

    private static Coordinator coordinator(String key, Found found) {
        return new Coordinator()
                .setKey(key)
                .setErrorCode(found.error().code())
                .setNodeId(found.node().id())
                .setHost(found.node().host())
                .setPort(found.node().port());
    }

    private CompletableFuture<Found> find(RequestContext context, CoordinatorType type, String key) {
        return switch (type) {
            case GROUP -> findGroup(context, key);
            case TRANSACTION -> findTransaction(context, key);
            case SHARE -> findShare(context, key);
        };
    }

    private static Found refused(Errors error) {
        return new Found(error, Node.noNode());
    }

    private CompletableFuture<Found> findShare(RequestContext context, String key) {
        if (context.apiVersion() < FIRST_VERSION_WITH_SHARE) {
            return CompletableFuture.completedFuture(refused(Errors.INVALID_REQUEST));
        }
        access.requireOnCluster(context, AclOperation.CLUSTER_ACTION);
        try {
            SharePartitionKey share = SharePartitionKey.getInstance(key);
            return findLeader(
                    context,
                    Topic.SHARE_GROUP_STATE_TOPIC_NAME,
                    () -> shares.whenReady(share),
                    () -> shares.partitionFor(share));
        } catch (IllegalArgumentException e) {
            return CompletableFuture.completedFuture(refused(Errors.INVALID_REQUEST));
        }
    }

    private CompletableFuture<Found> findGroup(RequestContext context, String groupId) {
        if (!access.allowed(context, AclOperation.DESCRIBE, ResourceType.GROUP, groupId)) {
            return CompletableFuture.completedFuture(refused(Errors.GROUP_AUTHORIZATION_FAILED));
        }
        return findLeader(
                context,
                Topic.GROUP_METADATA_TOPIC_NAME,
                () -> groups.whenReady(groupId),
                () -> groups.service().partitionFor(groupId));
    }

    private CompletableFuture<Found> findTransaction(RequestContext context, String transactionalId) {
        if (!access.allowed(context, AclOperation.DESCRIBE, ResourceType.TRANSACTIONAL_ID, transactionalId)) {
            return CompletableFuture.completedFuture(refused(Errors.TRANSACTIONAL_ID_AUTHORIZATION_FAILED));
        }
        return findLeader(
                context,
                Topic.TRANSACTION_STATE_TOPIC_NAME,
                () -> transactions.whenReady(transactionalId),
                () -> transactions.partitionFor(transactionalId));
    }

    private CompletableFuture<Found> findLeader(
            RequestContext context, String topic, Supplier<CompletableFuture<Void>> ready, IntSupplier partition) {
        return created(topic)
                .thenCompose(error -> error == Errors.NONE
                        ? ready.get().thenApply(none -> leader(context, topic, partition.getAsInt()))
                        : CompletableFuture.completedFuture(Optional.<Found>empty()))
                .exceptionally(failure -> Optional.empty())
                .thenApply(found -> found.orElse(refused(Errors.COORDINATOR_NOT_AVAILABLE)));
    }

    private CompletableFuture<Errors> created(String topic) {
        return metadata.contains(topic)
                ? CompletableFuture.completedFuture(Errors.NONE)
                : internalTopics
                        .create(topic)
                        .completeOnTimeout(Errors.COORDINATOR_NOT_AVAILABLE, MAX_WAIT_MS, TimeUnit.MILLISECONDS);
    }

    private Optional<Found> leader(RequestContext context, String topic, int partition) {
        return metadata.getLeaderAndIsr(topic, partition)
                .flatMap(leader -> metadata.getAliveBrokerNode(leader.leader(), context.listenerName))
                .map(node -> new Found(Errors.NONE, node));
    }
}
