package io.polestar.broker.share;

import org.apache.kafka.server.share.fetch.RecordState;

/**
 * A run of neighbouring offsets that are in the same state. A change that must be persisted first is begun, and then committed
 * or rolled back; meanwhile the run is neither given to a member nor acknowledged. Guarded by the lock of its share partition.
 */
final class Flight {
    static final String NOBODY = "";

    private final long first;
    private final long together;
    private long last;
    private RecordState state;
    private int deliveryCount;
    private String member;
    private long lockedUntilMs;
    private Held before;

    /** What a change that is under way replaces. */
    private record Held(RecordState state, String member) {}

    private Flight(long first, long last, long together, RecordState state, int deliveryCount) {
        this.first = first;
        this.together = together;
        this.last = last;
        this.state = state;
        this.deliveryCount = deliveryCount;
        this.member = NOBODY;
    }

    static Flight of(long first, long last, RecordState state, int deliveryCount) {
        return new Flight(first, last, last - first + 1, state, deliveryCount);
    }

    long first() {
        return first;
    }

    long last() {
        return last;
    }

    long size() {
        return last - first + 1;
    }

    /** How many records were first delivered together, of which these may be a part. */
    long together() {
        return together;
    }

    RecordState state() {
        return state;
    }

    int deliveryCount() {
        return deliveryCount;
    }

    boolean isOf(String who) {
        return member.equals(who);
    }

    boolean isAvailable() {
        return state == RecordState.AVAILABLE && before == null;
    }

    /** Whether a member holds it and has not begun to give it back. */
    boolean isHeld() {
        return state == RecordState.ACQUIRED && before == null;
    }

    boolean isChanging() {
        return before != null;
    }

    /** Whether it will never be delivered again, if what is under way goes well. */
    boolean isComplete() {
        return state == RecordState.ACKNOWLEDGED || state == RecordState.ARCHIVED;
    }

    boolean isLockedAt(long nowMs) {
        return lockedUntilMs > nowMs;
    }

    long lockedUntilMs() {
        return lockedUntilMs;
    }

    /** Keeps what is below the offset and returns the rest, in the same state. Not while it changes. */
    Flight splitAt(long offset) {
        Flight rest = new Flight(offset, last, together, state, deliveryCount);
        rest.member = member;
        rest.lockedUntilMs = lockedUntilMs;
        last = offset - 1;
        return rest;
    }

    void acquire(String by, long untilMs) {
        state = RecordState.ACQUIRED;
        deliveryCount++;
        member = by;
        lockedUntilMs = untilMs;
    }

    void renew(long untilMs) {
        lockedUntilMs = untilMs;
    }

    void archive() {
        state = RecordState.ARCHIVED;
        member = NOBODY;
    }

    /** Makes what was delivered available again, unless it was delivered as often as it may be. */
    void giveBack(int maxDeliveries) {
        state = afterRelease(maxDeliveries);
        member = NOBODY;
    }

    /** The member never saw it. */
    void undeliver() {
        state = RecordState.AVAILABLE;
        deliveryCount--;
        member = NOBODY;
    }

    private RecordState afterRelease(int maxDeliveries) {
        return deliveryCount >= maxDeliveries ? RecordState.ARCHIVED : RecordState.AVAILABLE;
    }

    /** Begins a change of what a member holds. */
    void begin(RecordState target, int maxDeliveries) {
        before = new Held(state, member);
        state = target == RecordState.AVAILABLE ? afterRelease(maxDeliveries) : target;
        member = NOBODY;
    }

    void commit() {
        before = null;
    }

    /** The member has it again, unless its time was over meanwhile. */
    void rollBack(long nowMs, int maxDeliveries) {
        state = before.state();
        member = before.member();
        before = null;
        if (state == RecordState.ACQUIRED && !isLockedAt(nowMs)) {
            giveBack(maxDeliveries);
        }
    }
}
