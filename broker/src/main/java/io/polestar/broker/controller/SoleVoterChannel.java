package io.polestar.broker.controller;

import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.raft.NetworkChannel;
import org.apache.kafka.raft.RaftRequest;
import org.apache.kafka.raft.RaftResponse;
import org.apache.kafka.raft.RaftUtil;

/**
 * The quorum's network while this node is its only voter: there is nobody to reach, so it needs neither thread nor
 * selector. Called on the raft thread.
 */
final class SoleVoterChannel implements NetworkChannel {
    private final AtomicInteger correlationIds = new AtomicInteger();
    private final ListenerName listener;

    SoleVoterChannel(ListenerName listener) {
        this.listener = listener;
    }

    @Override
    public int newCorrelationId() {
        return correlationIds.getAndIncrement();
    }

    @Override
    public void send(RaftRequest.Outbound request) {
        ApiMessage unreachable =
                RaftUtil.errorResponse(ApiKeys.forId(request.data().apiKey()), Errors.BROKER_NOT_AVAILABLE);
        request.completion.complete(
                new RaftResponse.Inbound(request.correlationId(), unreachable, request.destination()));
    }

    @Override
    public ListenerName listenerName() {
        return listener;
    }
}
