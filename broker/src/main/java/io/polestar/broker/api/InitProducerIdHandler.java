package io.polestar.broker.api;

import io.polestar.broker.security.Access;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.ClusterAuthorizationException;
import org.apache.kafka.common.errors.CoordinatorNotAvailableException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.TransactionalIdAuthorizationException;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.InitProducerIdRequest;
import org.apache.kafka.common.requests.InitProducerIdResponse;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.resource.ResourceType;

/** InitProducerId: a cluster-wide unique id for an idempotent producer, epoch 0. v0 to v6 differ in encoding alone here. */
final class InitProducerIdHandler implements ApiHandler<InitProducerIdRequest> {
    private final Supplier<CompletableFuture<Long>> producerIds;
    private final Access access;

    /** @param producerIds gives an id that was never given before */
    InitProducerIdHandler(Supplier<CompletableFuture<Long>> producerIds, Access access) {
        this.producerIds = producerIds;
        this.access = access;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.INIT_PRODUCER_ID;
    }

    @Override
    public List<String> gaps() {
        return List.of(
                "A transactional id is answered COORDINATOR_NOT_AVAILABLE: there is no transaction coordinator.");
    }

    @Override
    public CompletableFuture<? extends AbstractResponse> handle(RequestContext context, InitProducerIdRequest request) {
        requireAccess(context, request.data());
        boolean idGiven = request.data().producerId() != RecordBatch.NO_PRODUCER_ID;
        boolean epochGiven = request.data().producerEpoch() != RecordBatch.NO_PRODUCER_EPOCH;
        if (idGiven != epochGiven) {
            throw new InvalidRequestException("A producer id and its epoch go together");
        }
        if (request.data().transactionalId() != null) {
            throw request.data().transactionalId().isEmpty()
                    ? new InvalidRequestException("The transactional id is empty")
                    : new CoordinatorNotAvailableException("There is no transaction coordinator");
        }
        return producerIds
                .get()
                .thenApply(id -> new InitProducerIdResponse(
                        new InitProducerIdResponseData().setProducerId(id).setProducerEpoch((short) 0)));
    }

    private void requireAccess(RequestContext context, InitProducerIdRequestData data) {
        String id = data.transactionalId();
        if (id != null) {
            if (!access.allowed(context, AclOperation.WRITE, ResourceType.TRANSACTIONAL_ID, id)) {
                throw new TransactionalIdAuthorizationException("Not authorized to use transactional id " + id);
            }
        } else if (!access.allowedOnCluster(context, AclOperation.IDEMPOTENT_WRITE)
                && !access.allowedOnAny(context, AclOperation.WRITE, ResourceType.TOPIC)) {
            throw new ClusterAuthorizationException("Not authorized to produce");
        }
    }
}
