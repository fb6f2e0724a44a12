package io.polestar.broker.net;

import io.netty.buffer.ByteBuf;
import io.polestar.broker.quota.Charge;
import io.polestar.protocol.HeldRecords;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.RequestContext;

/** A request and its answer to be. Owned by the connection's event loop; only the future is completed elsewhere. */
final class Exchange {
    private final RequestContext context;
    private final AbstractRequest request;
    private final CompletableFuture<? extends AbstractResponse> answer;
    private final long receivedNs;
    private final int requestBytes;
    private final Charge charge;
    /** The memory that the request's records lie in; {@code null} where the request does not refer to it. */
    private final ByteBuf frame;

    private final int frameBytes;
    private final boolean mayBeOvertaken;

    Exchange(
            RequestContext context,
            AbstractRequest request,
            CompletableFuture<? extends AbstractResponse> answer,
            long receivedNs,
            int requestBytes,
            Charge charge,
            ByteBuf frame,
            boolean mayBeOvertaken) {
        this.context = context;
        this.request = request;
        this.answer = answer;
        this.receivedNs = receivedNs;
        this.requestBytes = requestBytes;
        this.charge = charge;
        this.frame = frame;
        this.frameBytes = frame == null ? 0 : frame.readableBytes();
        this.mayBeOvertaken = mayBeOvertaken;
    }

    RequestContext context() {
        return context;
    }

    AbstractRequest request() {
        return request;
    }

    ApiKeys apiKey() {
        return request.apiKey();
    }

    long receivedNs() {
        return receivedNs;
    }

    int requestBytes() {
        return requestBytes;
    }

    /** What it costs the client. */
    Charge charge() {
        return charge;
    }

    /** Bytes of memory that this exchange keeps from being reused. */
    int heldBytes() {
        return frameBytes;
    }

    boolean isDone() {
        return answer.isDone();
    }

    /** Whether the next request must wait until this one is done. */
    boolean holdsUpTheNext() {
        return !mayBeOvertaken && !answer.isDone();
    }

    void whenDone(Consumer<Exchange> action) {
        answer.whenComplete((response, failure) -> action.accept(this));
    }

    /**
     * The answer, once it is there.
     *
     * @throws java.util.concurrent.CompletionException with the cause, if there is none
     */
    AbstractResponse answer() {
        return answer.join();
    }

    /** Gives the request's memory back; called once, when the answer is there. */
    void releaseFrame() {
        if (frame != null) {
            frame.release();
        }
    }

    /** Gives everything back instead of sending the answer; called once, when the answer is there. */
    void discard() {
        releaseFrame();
        if (!answer.isCompletedExceptionally() && answer.join() != null) {
            HeldRecords.release(answer.join().data());
        }
    }
}
