package io.polestar.protocol;

/** The peer announced a frame that cannot be one of Kafka's; the connection is of no more use. */
public final class InvalidFrameException extends RuntimeException {
    private static final int HTTP_GET = 0x47455420;
    private static final int HTTP_POST = 0x504F5354;
    private static final int HTTP_HEAD = 0x48454144;
    private static final int HTTP_PUT = 0x50555420;
    private static final int TLS_HANDSHAKE = 0x160300;

    InvalidFrameException(int announcedBytes, int minBytes, int maxBytes) {
        super(describe(announcedBytes, minBytes, maxBytes), null, false, false);
    }

    private static String describe(int announcedBytes, int minBytes, int maxBytes) {
        return "frame of " + announcedBytes + " bytes announced, allowed are " + minBytes + " to " + maxBytes
                + guessedCause(announcedBytes);
    }

    /** What people send to a Kafka port by mistake, told by its first four bytes. */
    private static String guessedCause(int firstBytes) {
        if (firstBytes == HTTP_GET || firstBytes == HTTP_POST || firstBytes == HTTP_HEAD || firstBytes == HTTP_PUT) {
            return "; the client speaks HTTP";
        }
        return firstBytes >>> 8 >= TLS_HANDSHAKE && firstBytes >>> 8 <= TLS_HANDSHAKE + 4
                ? "; the client speaks TLS"
                : "";
    }
}
