package io.polestar.client;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.apache.kafka.clients.producer.Producer;

/** One producer, and so one set of connections, for all publishers whose options for it are the same. Guarded by its monitor. */
final class SharedProducers {
    private final Function<Map<String, Object>, Producer<byte[], byte[]>> create;
    private final Map<Map<String, Object>, Shared> open = new HashMap<>();

    private static final class Shared {
        private final Producer<byte[], byte[]> producer;
        private int leases;

        private Shared(Producer<byte[], byte[]> producer) {
            this.producer = producer;
        }
    }

    SharedProducers(Function<Map<String, Object>, Producer<byte[], byte[]>> create) {
        this.create = create;
    }

    /** A share of a producer; the last to be closed closes it. */
    final class Lease implements AutoCloseable {
        private final Map<String, Object> properties;
        private final Producer<byte[], byte[]> producer;
        private boolean closed;

        private Lease(Map<String, Object> properties, Producer<byte[], byte[]> producer) {
            this.properties = properties;
            this.producer = producer;
        }

        Producer<byte[], byte[]> get() {
            return producer;
        }

        @Override
        public void close() {
            release(this);
        }
    }

    synchronized Lease lease(Map<String, Object> properties) {
        Shared shared = open.computeIfAbsent(properties, absent -> new Shared(create.apply(properties)));
        shared.leases++;
        return new Lease(properties, shared.producer);
    }

    private void release(Lease lease) {
        synchronized (this) {
            if (lease.closed) {
                return;
            }
            lease.closed = true;
            Shared shared = open.get(lease.properties);
            shared.leases--;
            if (shared.leases > 0) {
                return;
            }
            open.remove(lease.properties);
        }
        lease.producer.close();
    }

    /** How many producers are open. */
    synchronized int size() {
        return open.size();
    }
}
