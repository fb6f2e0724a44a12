package io.polestar.broker.txn;

import java.util.concurrent.CompletionException;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.protocol.Errors;

/** Between Kafka's error codes and exceptions. Pure. */
final class TransactionErrors {
    private TransactionErrors() {}

    static Errors of(Throwable failure) {
        return Errors.forException(
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure);
    }

    static ApiException refuse(Errors error, String reason) {
        return error.exception(reason);
    }
}
