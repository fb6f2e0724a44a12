package io.polestar.conformance;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.List;
import kafka.server.KafkaBroker;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.test.ClusterInstance;
import org.apache.kafka.metadata.MetadataCache;

/**
 * What of a broker object a test of Kafka's may use: it stops, starts, tells its port and that it is alive. Nothing of
 * Kafka's server is behind it. Safe for use from any thread.
 */
final class BrokerHandle {
    private final ClusterInstance cluster;
    private final int id;
    private final MetadataCache metadata = proxy(MetadataCache.class, this::onMetadata);

    private BrokerHandle(ClusterInstance cluster, int id) {
        this.cluster = cluster;
        this.id = id;
    }

    static KafkaBroker of(ClusterInstance cluster, int id) {
        return proxy(KafkaBroker.class, new BrokerHandle(cluster, id)::onBroker);
    }

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }

    private Object onBroker(Object proxy, Method method, Object[] arguments) {
        return switch (method.getName()) {
            case "shutdown" -> {
                cluster.shutdownBroker(id);
                yield null;
            }
            case "startup" -> {
                cluster.startBroker(id);
                yield null;
            }
            case "awaitShutdown" -> null;
            case "isShutdown" -> cluster.stopped();
            case "boundPort" -> port();
            case "metadataCache" -> metadata;
            default -> onObject(proxy, method, arguments);
        };
    }

    private Object onMetadata(Object proxy, Method method, Object[] arguments) {
        return method.getName().equals("getAliveBrokerNodes")
                ? List.of(new Node(id, "127.0.0.1", port()))
                : onObject(proxy, method, arguments);
    }

    private static Object onObject(Object proxy, Method method, Object[] arguments) {
        return switch (method.getName()) {
            case "hashCode" -> System.identityHashCode(proxy);
            case "equals" -> arguments[0] == proxy;
            case "toString" -> "Polestar";
            default -> throw new UnsupportedOperationException("inside Kafka's server: " + method.getName());
        };
    }

    private int port() {
        return cluster.brokerBoundPorts().get(0);
    }
}
