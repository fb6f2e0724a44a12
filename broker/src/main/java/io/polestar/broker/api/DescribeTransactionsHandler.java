package io.polestar.broker.api;

import io.polestar.broker.security.Access;
import io.polestar.broker.txn.TransactionCoordinator;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.DescribeTransactionsResponseData;
import org.apache.kafka.common.message.DescribeTransactionsResponseData.TransactionState;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.DescribeTransactionsRequest;
import org.apache.kafka.common.requests.DescribeTransactionsResponse;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.resource.ResourceType;

/** DescribeTransactions: the state of transactional ids, with those of their partitions that the asker may describe. v0. */
final class DescribeTransactionsHandler implements ApiHandler<DescribeTransactionsRequest> {
    private final TransactionCoordinator transactions;
    private final Access access;

    DescribeTransactionsHandler(TransactionCoordinator transactions, Access access) {
        this.transactions = transactions;
        this.access = access;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.DESCRIBE_TRANSACTIONS;
    }

    @Override
    public CompletableFuture<DescribeTransactionsResponse> handle(
            RequestContext context, DescribeTransactionsRequest request) {
        DescribeTransactionsResponseData answer = new DescribeTransactionsResponseData();
        request.data()
                .transactionalIds()
                .forEach(id -> answer.transactionStates().add(describe(context, id)));
        return CompletableFuture.completedFuture(new DescribeTransactionsResponse(answer));
    }

    private TransactionState describe(RequestContext context, String id) {
        if (!access.allowed(context, AclOperation.DESCRIBE, ResourceType.TRANSACTIONAL_ID, id)) {
            return new TransactionState()
                    .setTransactionalId(id)
                    .setErrorCode(Errors.TRANSACTIONAL_ID_AUTHORIZATION_FAILED.code());
        }
        TransactionState state = transactions.describe(id);
        state.topics()
                .removeIf(topic -> !access.allowed(context, AclOperation.DESCRIBE, ResourceType.TOPIC, topic.topic()));
        return state;
    }
}
