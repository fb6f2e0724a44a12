package io.polestar.broker.controller;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.server.fault.FaultHandler;
import org.apache.kafka.server.fault.FaultHandlerException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Kafka's fault handlers: a fatal fault is reported once to the broker, which stops. Called on the threads of Kafka's modules. */
final class Faults {
    private static final Logger LOG = LoggerFactory.getLogger(Faults.class);

    private final Consumer<Throwable> onFatal;
    private final AtomicBoolean reported = new AtomicBoolean();

    /** @param onFatal told of the first fatal fault, on the failing thread; must not block */
    Faults(Consumer<Throwable> onFatal) {
        this.onFatal = onFatal;
    }

    FaultHandler fatal(String where) {
        return (message, cause) -> {
            FaultHandlerException fault = log(where, message, cause);
            if (reported.compareAndSet(false, true)) {
                onFatal.accept(new KafkaException("Fatal fault in the " + where + ": " + message, cause));
            }
            return fault;
        };
    }

    FaultHandler nonFatal(String where) {
        return (message, cause) -> log(where, message, cause);
    }

    private static FaultHandlerException log(String where, String message, Throwable cause) {
        LOG.error("Fault in the {}: {}", where, message, cause);
        return new FaultHandlerException(message, cause);
    }
}
