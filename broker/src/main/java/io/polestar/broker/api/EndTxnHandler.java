package io.polestar.broker.api;

import io.polestar.broker.security.Access;
import io.polestar.broker.txn.Producer;
import io.polestar.broker.txn.TransactionCoordinator;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.EndTxnResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.EndTxnRequest;
import org.apache.kafka.common.requests.EndTxnResponse;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.server.common.TransactionVersion;

/**
 * EndTxn: commits or aborts a transaction; answered when that is decided, the markers follow.
 *
 * <ul>
 *   <li>v2: PRODUCER_FENCED instead of INVALID_PRODUCER_EPOCH.
 *   <li>v5: the answer has the epoch of the next transaction (KIP-890).
 * </ul>
 */
final class EndTxnHandler implements ApiHandler<EndTxnRequest> {
    private static final short FIRST_VERSION_WITH_FENCED = 2;

    private final TransactionCoordinator transactions;
    private final Access access;

    EndTxnHandler(TransactionCoordinator transactions, Access access) {
        this.transactions = transactions;
        this.access = access;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.END_TXN;
    }

    @Override
    public CompletableFuture<EndTxnResponse> handle(RequestContext context, EndTxnRequest request) {
        String id = request.data().transactionalId();
        access.requireOnTransactionalId(context, AclOperation.WRITE, id);
        Producer producer =
                new Producer(id, request.data().producerId(), request.data().producerEpoch());
        return FencedCode.of(
                context.apiVersion() < FIRST_VERSION_WITH_FENCED,
                () -> transactions
                        .endTransaction(
                                producer, request.result(), TransactionVersion.transactionVersionForEndTxn(request))
                        .thenApply(next -> new EndTxnResponse(new EndTxnResponseData()
                                .setProducerId(next.producerId)
                                .setProducerEpoch(next.epoch))));
    }
}
