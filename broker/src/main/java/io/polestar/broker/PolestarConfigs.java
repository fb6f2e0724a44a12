package io.polestar.broker;

import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Range;
import org.apache.kafka.common.config.ConfigDef.Type;

/** The broker settings that Kafka has no name for. */
public final class PolestarConfigs {
    public static final String HTTP_LISTEN = "polestar.http.listen";
    static final String HTTP_LISTEN_DOC =
            "HOST:PORT of the HTTP server (health, metrics). Empty: no HTTP server. Port 0: any free port.";

    public static final String CLIENT_QUEUE_SIZE = "polestar.client.queue.size";
    static final String CLIENT_QUEUE_SIZE_DOC =
            "How many requests of one connection may be in flight; when it is reached the socket is not read.";

    public static final String LOG_OPEN_MAX = "polestar.log.open.max";
    static final String LOG_OPEN_MAX_DOC =
            "How many partition logs are kept open (mapped) at once; the least recently used one is closed beyond it.";

    public static final String DISK_FREE_MIN_BYTES = "polestar.disk.free.min.bytes";
    static final String DISK_FREE_MIN_BYTES_DOC =
            "Bytes that must be free on the data directory's disk for clients to produce: below it they are answered KAFKA_STORAGE_ERROR and try"
                    + " again; coordinators go on down to half of it. A start needs as much, or a quarter where the directory holds data.";
    private static final long DISK_FREE_MIN_BYTES_DEFAULT = 256L * 1024 * 1024;

    /** The definition of these settings alone; {@link BrokerConfig#DEFINITION} has Kafka's too. */
    static final ConfigDef DEFINITION = new ConfigDef()
            .define(HTTP_LISTEN, Type.STRING, "127.0.0.1:9644", Importance.MEDIUM, HTTP_LISTEN_DOC)
            .define(CLIENT_QUEUE_SIZE, Type.INT, 1000, Range.atLeast(1), Importance.MEDIUM, CLIENT_QUEUE_SIZE_DOC)
            .define(LOG_OPEN_MAX, Type.INT, 1000, Range.atLeast(1), Importance.MEDIUM, LOG_OPEN_MAX_DOC)
            .define(
                    DISK_FREE_MIN_BYTES,
                    Type.LONG,
                    DISK_FREE_MIN_BYTES_DEFAULT,
                    Range.atLeast(0),
                    Importance.MEDIUM,
                    DISK_FREE_MIN_BYTES_DOC)
            .define(
                    PolestarTopicConfigs.DURABILITY,
                    Type.STRING,
                    PolestarTopicConfigs.DURABILITY_DEFAULT,
                    PolestarTopicConfigs.DURABILITY_VALUES,
                    Importance.HIGH,
                    PolestarTopicConfigs.DURABILITY_DOC)
            .define(
                    PolestarTopicConfigs.DURABILITY_INTERVAL_MS,
                    Type.LONG,
                    PolestarTopicConfigs.DURABILITY_INTERVAL_MS_DEFAULT,
                    PolestarTopicConfigs.DURABILITY_INTERVAL_MS_VALUES,
                    Importance.MEDIUM,
                    PolestarTopicConfigs.DURABILITY_INTERVAL_MS_DOC);

    private PolestarConfigs() {}
}
