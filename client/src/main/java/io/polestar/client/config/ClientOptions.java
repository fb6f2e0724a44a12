package io.polestar.client.config;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Every option of the client library by the name that files have; defaults stand here and nowhere else. */
final class ClientOptions {
    private static final Pattern SOMETHING = Pattern.compile(".+");
    private static final Pattern HOSTS = Pattern.compile("[^\\s:,]+:\\d{1,5}(\\s*,\\s*[^\\s:,]+:\\d{1,5})*");
    private static final Pattern KAFKA_NAME = Pattern.compile("[a-zA-Z0-9._-]{1,249}");

    static final Option<String> BOOTSTRAP = Option.text("bootstrap", "127.0.0.1:9092", "HOST:PORT,HOST:PORT...", HOSTS);
    static final Option<String> NAME = Option.text("name", null, "a text that is not empty", SOMETHING);
    static final Option<Integer> QUEUE_SIZE = Option.wholeNumber("queueSize", 10_000, 1);
    static final Option<Integer> CLIENT_QUEUE_SIZE = Option.wholeNumber("clientQueueSize", 10_000, 1);
    static final Option<Integer> WORKER_COUNT =
            Option.wholeNumber("workerCount", Math.max(4, Runtime.getRuntime().availableProcessors()), 1);
    static final Option<Integer> CLIENT_WORKER_COUNT = Option.wholeNumber("clientWorkerCount", 0, 1);
    static final Option<QueueFullBehaviour> QUEUE_FULL = Option.queueFullBehaviour(QueueFullBehaviour.BLOCK);
    static final Option<Duration> DIAL_TIMEOUT = Option.duration("dialTimeout", Duration.ofSeconds(5), 1);
    static final Option<Duration> WRITE_TIMEOUT = Option.duration("writeTimeout", Duration.ofSeconds(10), 1);
    static final Option<Duration> READ_TIMEOUT = Option.duration("readTimeout", Duration.ofSeconds(30), 1);
    static final Option<Duration> TOPIC_REFRESH = Option.duration("topicRefresh", Duration.ofMillis(200), 10);
    static final Option<Duration> HEALTH_INTERVAL = Option.duration("healthInterval", Duration.ofMillis(500), 10);

    /** A publisher tries until its delivery deadline, a consumer's handler so often before the dead letter. */
    static final Option<Integer> PUBLISH_RETRIES = Option.wholeNumber("maxRetries", Integer.MAX_VALUE, 0);

    static final Option<Integer> HANDLE_RETRIES = Option.wholeNumber("maxRetries", 3, 0);
    static final Option<Duration> RETRY_BACKOFF = Option.duration("retryBackoff", Duration.ofMillis(100), 1);
    static final Option<Duration> RETRY_BACKOFF_MAX = Option.duration("retryBackoffMax", Duration.ofSeconds(5), 1);

    static final Option<Duration> DELIVERY_TIMEOUT = Option.duration("deliveryTimeout", Duration.ofMinutes(2), 1);
    static final Option<Duration> LINGER = Option.duration("linger", Duration.ZERO, 0);
    static final Option<Integer> BATCH_BYTES = Option.wholeNumber("batchBytes", 128 * 1024, 0);
    static final Option<String> COMPRESSION =
            Option.oneOf("compression", "none", List.of("none", "gzip", "snappy", "lz4", "zstd"));
    static final Option<String> ACKS = Option.oneOf("acks", "all", List.of("all", "1"));
    static final Option<String> TRACK_SOURCE = Option.text("trackSource", null, "a text that is not empty", SOMETHING);

    static final Option<List<String>> TOPICS = Option.list("topics");
    static final Option<Integer> BATCH_SIZE = Option.wholeNumber("batchSize", 500, 1);
    static final Option<String> GROUP_PROTOCOL =
            Option.oneOf("groupProtocol", "consumer", List.of("consumer", "classic"));
    static final Option<Duration> COMMIT_INTERVAL = Option.duration("commitInterval", Duration.ofSeconds(1), 1);
    static final Option<Duration> DRAIN_TIMEOUT = Option.duration("drainTimeout", Duration.ofSeconds(10), 0);
    static final Option<String> DEAD_LETTER_TOPIC =
            Option.text("deadLetterTopic", null, "a topic's name: letters, digits, '.', '_', '-'", KAFKA_NAME);
    static final Option<String> DEAD_LETTER_SUFFIX =
            Option.text("deadLetterSuffix", ".dead", "the end of a topic's name", KAFKA_NAME);
    static final Option<Boolean> DEAD_LETTERS = Option.yesOrNo("deadLetters", true);
    static final Option<String> START = Option.text(
            "from",
            "beginning",
            "beginning, end, an offset, or a time such as 2026-01-31T12:00:00Z",
            Pattern.compile("beginning|end|\\d{1,18}|\\d{4}-\\d\\d-\\d\\dT.+Z"));
    static final Option<Boolean> STOP_AT_END = Option.yesOrNo("stopAtEnd", false);
    static final Option<Boolean> REPLAY = Option.yesOrNo("replay", false);

    static final List<Option<?>> HUB = List.of(
            NAME,
            BOOTSTRAP,
            QUEUE_SIZE,
            CLIENT_QUEUE_SIZE,
            WORKER_COUNT,
            CLIENT_WORKER_COUNT,
            QUEUE_FULL,
            DIAL_TIMEOUT,
            WRITE_TIMEOUT,
            READ_TIMEOUT,
            PUBLISH_RETRIES,
            TOPIC_REFRESH,
            HEALTH_INTERVAL);

    static final List<Option<?>> PUBLISHER = List.of(
            NAME,
            QUEUE_SIZE,
            QUEUE_FULL,
            DIAL_TIMEOUT,
            WRITE_TIMEOUT,
            PUBLISH_RETRIES,
            RETRY_BACKOFF,
            RETRY_BACKOFF_MAX,
            DELIVERY_TIMEOUT,
            LINGER,
            BATCH_BYTES,
            COMPRESSION,
            ACKS,
            TRACK_SOURCE);

    static final List<Option<?>> CONSUMER = List.of(
            NAME,
            TOPICS,
            QUEUE_SIZE,
            QUEUE_FULL,
            WORKER_COUNT,
            DIAL_TIMEOUT,
            READ_TIMEOUT,
            HANDLE_RETRIES,
            RETRY_BACKOFF,
            RETRY_BACKOFF_MAX,
            BATCH_SIZE,
            GROUP_PROTOCOL,
            COMMIT_INTERVAL,
            DRAIN_TIMEOUT,
            DEAD_LETTERS,
            DEAD_LETTER_TOPIC,
            DEAD_LETTER_SUFFIX,
            START,
            STOP_AT_END,
            REPLAY);

    private ClientOptions() {}

    /** What a publisher or a consumer takes from its hub when it says nothing itself. */
    static Map<Option<?>, Option<?>> inheritedByConsumers() {
        return Map.of(QUEUE_SIZE, CLIENT_QUEUE_SIZE, WORKER_COUNT, CLIENT_WORKER_COUNT);
    }
}
