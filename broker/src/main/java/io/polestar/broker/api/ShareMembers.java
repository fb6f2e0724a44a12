package io.polestar.broker.api;

import org.apache.kafka.common.errors.InvalidRequestException;

/** What the ids in requests of share groups may be. */
final class ShareMembers {
    private static final int MAX_MEMBER_ID = 36;

    private ShareMembers() {}

    /** @throws InvalidRequestException unless it is an id of at most a UUID's length */
    static void requireValid(String memberId) {
        if (memberId == null || memberId.isEmpty() || memberId.length() > MAX_MEMBER_ID) {
            throw new InvalidRequestException("Invalid member id in the request.");
        }
    }

    /** @throws InvalidRequestException without one */
    static void requireGroup(String groupId) {
        if (groupId == null) {
            throw new InvalidRequestException("Invalid group id in the request.");
        }
    }
}
