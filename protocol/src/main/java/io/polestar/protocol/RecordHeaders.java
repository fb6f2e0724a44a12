package io.polestar.protocol;

/** The names of the record headers that Polestar writes. All values are UTF-8 text, but where it says otherwise. */
public final class RecordHeaders {
    private static final String PREFIX = "polestar.";

    /** A view's record: the topic it came from. */
    public static final String SOURCE_TOPIC = PREFIX + "source.topic";
    /** A view's record: the partition it came from, in decimal digits. */
    public static final String SOURCE_PARTITION = PREFIX + "source.partition";
    /** A view's record: its offset there, in decimal digits. */
    public static final String SOURCE_OFFSET = PREFIX + "source.offset";

    /** A tracked record: who published it. */
    public static final String TRACK_SOURCE = PREFIX + "track.source";
    /** A tracked record: its number among those of its source and topic, from 0: 8 bytes, big-endian. */
    public static final String TRACK_SEQUENCE = PREFIX + "track.sequence";

    /** A dead letter: the topic of the record that could not be handled. */
    public static final String DEAD_TOPIC = PREFIX + "dead.topic";
    /** A dead letter: the record's partition, in decimal digits. */
    public static final String DEAD_PARTITION = PREFIX + "dead.partition";
    /** A dead letter: the record's offset, in decimal digits. */
    public static final String DEAD_OFFSET = PREFIX + "dead.offset";
    /** A dead letter: the name of the consumer, its group. */
    public static final String DEAD_CONSUMER = PREFIX + "dead.consumer";
    /** A dead letter: the class of the exception of the last attempt. */
    public static final String DEAD_CAUSE = PREFIX + "dead.cause";
    /** A dead letter: that exception's message, shortened. */
    public static final String DEAD_MESSAGE = PREFIX + "dead.message";
    /** A dead letter: how often the handler was tried, in decimal digits. */
    public static final String DEAD_ATTEMPTS = PREFIX + "dead.attempts";

    private RecordHeaders() {}
}
