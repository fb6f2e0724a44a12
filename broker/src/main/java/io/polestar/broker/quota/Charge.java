package io.polestar.broker.quota;

import org.apache.kafka.common.utils.Time;
import org.apache.kafka.network.Session;

/**
 * What one request costs its client, in bytes and in a thread's time. Each {@code for} method is called once at most and
 * says for how many milliseconds the client has to wait. Used by one thread after another.
 */
public final class Charge {
    /** While no quota is set: costs nothing. */
    public static final Charge NONE = new Charge(null, null, null, null, null);

    private final Counters counters;
    private final ThrottleMeters meters;
    private final Time time;
    private final Session client;
    private final String clientId;
    private final long startNs;
    private long threadNs;

    Charge(Counters counters, ThrottleMeters meters, Time time, Session client, String clientId) {
        this.counters = counters;
        this.meters = meters;
        this.time = time;
        this.client = client;
        this.clientId = clientId;
        this.startNs = time == null ? 0 : time.nanoseconds();
    }

    public boolean isNone() {
        return counters == null;
    }

    /** The thread is done with the request, though its answer may have to wait. */
    public void handled() {
        if (!isNone() && threadNs == 0) {
            threadNs = Math.max(1, time.nanoseconds() - startNs);
        }
    }

    /** The most bytes of records that the client can be sent at once without going over its quota by that alone. */
    public int fetchableBytes() {
        return isNone() ? Integer.MAX_VALUE : (int) counters.fetch().maxValueInQuotaWindow(client, clientId);
    }

    public int forRequest() {
        return isNone() ? 0 : ofTime(time.milliseconds());
    }

    /** @param answered whether the client waits for an answer; its time is free of charge otherwise */
    public int forProduce(int bytes, boolean answered) {
        if (isNone()) {
            return 0;
        }
        long nowMs = time.milliseconds();
        int forBytes = counters.produce().maybeRecordAndGetThrottleTimeMs(client, clientId, bytes, nowMs);
        int forTime = answered ? ofTime(nowMs) : 0;
        if (forBytes > forTime) {
            meters.produce(forBytes);
        }
        return Math.max(forBytes, forTime);
    }

    /** Where the client has to wait, the records are to be kept back: their bytes are not counted. */
    public int forFetch(int bytes) {
        if (isNone()) {
            return 0;
        }
        handled();
        long nowMs = time.milliseconds();
        int forTime = ofTime(nowMs);
        int forBytes = counters.fetch().maybeRecordAndGetThrottleTimeMs(client, clientId, bytes, nowMs);
        int throttleMs = Math.max(forBytes, forTime);
        if (throttleMs > 0) {
            counters.fetch().unrecordQuotaSensor(client, clientId, bytes, nowMs);
        }
        if (forBytes > forTime) {
            meters.fetch(forBytes);
        }
        return throttleMs;
    }

    private int ofTime(long nowMs) {
        if (!counters.request().quotasEnabled()) {
            return 0;
        }
        handled();
        int throttleMs =
                counters.request().recordAndGetThrottleTimeMs(client, clientId, RequestTime.percent(threadNs), nowMs);
        meters.request(throttleMs);
        return throttleMs;
    }

    /** The time that sending the answer took: counts for the client's next request. */
    public void sent(long tookNs) {
        if (!isNone() && counters.request().quotasEnabled()) {
            counters.request().recordNoThrottle(client, clientId, RequestTime.percent(tookNs));
        }
    }
}
