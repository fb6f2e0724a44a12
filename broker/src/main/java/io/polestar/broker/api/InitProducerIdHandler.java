package io.polestar.broker.api;

import io.polestar.broker.security.Access;
import io.polestar.broker.txn.TransactionCoordinator;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.ClusterAuthorizationException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.InitProducerIdRequest;
import org.apache.kafka.common.requests.InitProducerIdResponse;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.utils.ProducerIdAndEpoch;

/**
 * InitProducerId: a cluster-wide unique id for an idempotent producer, epoch 0; for a transactional one its id's producer id
 * and the next epoch, which fences whoever had the one before.
 *
 * <ul>
 *   <li>v3: the producer names what it had until now. v4: PRODUCER_FENCED instead of INVALID_PRODUCER_EPOCH.
 *   <li>v6, not stable yet: two-phase commit where {@code transaction.two.phase.commit.enable} allows it.
 * </ul>
 */
final class InitProducerIdHandler implements ApiHandler<InitProducerIdRequest> {
    private static final short FIRST_VERSION_WITH_FENCED = 4;

    private final TransactionCoordinator transactions;
    private final Supplier<CompletableFuture<Long>> producerIds;
    private final Access access;

    /** @param producerIds gives an id that was never given before */
    InitProducerIdHandler(
            TransactionCoordinator transactions, Supplier<CompletableFuture<Long>> producerIds, Access access) {
        this.transactions = transactions;
        this.producerIds = producerIds;
        this.access = access;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.INIT_PRODUCER_ID;
    }

    @Override
    public CompletableFuture<? extends AbstractResponse> handle(RequestContext context, InitProducerIdRequest request) {
        InitProducerIdRequestData data = request.data();
        requireAccess(context, data);
        boolean idGiven = data.producerId() != RecordBatch.NO_PRODUCER_ID;
        boolean epochGiven = data.producerEpoch() != RecordBatch.NO_PRODUCER_EPOCH;
        if (idGiven != epochGiven) {
            throw new InvalidRequestException("A producer id and its epoch go together");
        }
        if (data.transactionalId() == null) {
            return producerIds.get().thenApply(id -> response(new ProducerIdAndEpoch(id, (short) 0)));
        }
        Optional<ProducerIdAndEpoch> expected = idGiven
                ? Optional.of(new ProducerIdAndEpoch(data.producerId(), data.producerEpoch()))
                : Optional.empty();
        return FencedCode.of(
                context.apiVersion() < FIRST_VERSION_WITH_FENCED,
                () -> transactions
                        .initProducer(
                                data.transactionalId(),
                                data.transactionTimeoutMs(),
                                data.enable2Pc(),
                                data.keepPreparedTxn(),
                                expected)
                        .thenApply(InitProducerIdHandler::response));
    }

    private static InitProducerIdResponse response(ProducerIdAndEpoch producer) {
        return new InitProducerIdResponse(new InitProducerIdResponseData()
                .setProducerId(producer.producerId)
                .setProducerEpoch(producer.epoch));
    }

    private void requireAccess(RequestContext context, InitProducerIdRequestData data) {
        String id = data.transactionalId();
        if (id != null) {
            access.requireOnTransactionalId(context, AclOperation.WRITE, id);
            if (data.enable2Pc()) {
                access.requireOnTransactionalId(context, AclOperation.TWO_PHASE_COMMIT, id);
            }
        } else if (!access.allowedOnCluster(context, AclOperation.IDEMPOTENT_WRITE)
                && !access.allowedOnAny(context, AclOperation.WRITE, ResourceType.TOPIC)) {
            throw new ClusterAuthorizationException("Not authorized to produce");
        }
    }
}
