package io.polestar.broker.api;

import io.polestar.broker.security.Access;
import io.polestar.broker.txn.TransactionCoordinator;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.ListTransactionsResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.ListTransactionsRequest;
import org.apache.kafka.common.requests.ListTransactionsResponse;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.resource.ResourceType;

/**
 * ListTransactions: the transactional ids that the asker may describe, by producer id and state; v1: by duration; v2: by a
 * pattern of the id.
 */
final class ListTransactionsHandler implements ApiHandler<ListTransactionsRequest> {
    private final TransactionCoordinator transactions;
    private final Access access;

    ListTransactionsHandler(TransactionCoordinator transactions, Access access) {
        this.transactions = transactions;
        this.access = access;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.LIST_TRANSACTIONS;
    }

    @Override
    public CompletableFuture<ListTransactionsResponse> handle(RequestContext context, ListTransactionsRequest request) {
        ListTransactionsResponseData answer = transactions.list(request.data());
        answer.transactionStates()
                .removeIf(state -> !access.allowed(
                        context, AclOperation.DESCRIBE, ResourceType.TRANSACTIONAL_ID, state.transactionalId()));
        return CompletableFuture.completedFuture(new ListTransactionsResponse(answer));
    }
}
