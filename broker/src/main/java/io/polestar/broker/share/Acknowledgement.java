package io.polestar.broker.share;

import java.util.List;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.server.share.fetch.RecordState;

/**
 * What a member says of a range of offsets.
 *
 * @param types one for all of the range, or one for each offset: 0 a gap, 1 accept, 2 release, 3 reject, 4 renew
 */
public record Acknowledgement(long first, long last, List<Byte> types) {
    private static final byte GAP = 0;
    private static final byte LAST_TYPE_WITHOUT_RENEW = AcknowledgeType.REJECT.id;

    /** Whether the ranges of one partition can be meant like that. */
    public static boolean areValid(List<Acknowledgement> all, boolean knowsRenew, boolean renews) {
        long end = -1;
        for (Acknowledgement each : all) {
            if (each.first < end || !each.isValid(knowsRenew, renews)) {
                return false;
            }
            end = each.last;
        }
        return true;
    }

    private boolean isValid(boolean knowsRenew, boolean renews) {
        if (first > last || types == null || types.isEmpty()) {
            return false;
        }
        int lastType = knowsRenew && renews ? AcknowledgeType.RENEW.id : LAST_TYPE_WITHOUT_RENEW;
        return (types.size() == 1 || last - first == types.size() - 1)
                && types.stream().allMatch(type -> type >= GAP && type <= lastType);
    }

    /** What is done with a range of offsets of the same type. */
    interface Action {
        void on(long first, long last, byte type);
    }

    void eachRun(Action action) {
        if (types.size() == 1) {
            action.on(first, last, types.get(0));
            return;
        }
        int begin = 0;
        for (int i = 1; i <= types.size(); i++) {
            if (i == types.size() || !types.get(i).equals(types.get(begin))) {
                action.on(first + begin, first + i - 1, types.get(begin));
                begin = i;
            }
        }
    }

    static boolean renews(byte type) {
        return type == AcknowledgeType.RENEW.id;
    }

    static boolean rejects(byte type) {
        return type == AcknowledgeType.REJECT.id;
    }

    static boolean releases(byte type) {
        return type == AcknowledgeType.RELEASE.id;
    }

    static RecordState stateAfter(byte type) {
        if (type == AcknowledgeType.ACCEPT.id) {
            return RecordState.ACKNOWLEDGED;
        }
        return type == AcknowledgeType.RELEASE.id ? RecordState.AVAILABLE : RecordState.ARCHIVED;
    }
}
