package io.polestar.broker.telemetry;

/** Told of records that clients could not send, by their own account. Called on event loops; must not block. */
public interface FailedSends {

    /**
     * @param records how many since the client's last push
     * @param atMs when it said so, milliseconds since the epoch
     */
    void onFailedSends(String clientId, String topic, long records, long atMs);
}
