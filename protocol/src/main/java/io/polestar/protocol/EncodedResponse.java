package io.polestar.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelOutboundInvoker;
import io.netty.channel.ChannelPromise;
import java.util.List;
import org.apache.kafka.common.protocol.ApiMessage;

/**
 * A frame ready for the socket: the message's bytes and, between them, records in the log's memory. Its owner calls
 * {@link #writeTo} or {@link #release}, once.
 */
public final class EncodedResponse {
    private final ByteBuf message;
    private final List<MessageWriter.Splice> splices;
    private final ApiMessage holder;
    private final int sizeInBytes;

    private EncodedResponse(ByteBuf message, List<MessageWriter.Splice> splices, ApiMessage holder, int sizeInBytes) {
        this.message = message;
        this.splices = splices;
        this.holder = holder;
        this.sizeInBytes = sizeInBytes;
    }

    /** Takes over the message buffer and the log memory of {@code body}, which is given back here if all was copied. */
    static EncodedResponse of(ByteBuf message, MessageWriter writer, ApiMessage body) {
        if (writer.splices().isEmpty()) {
            HeldRecords.release(body);
        }
        return new EncodedResponse(message, writer.splices(), body, writer.sizeInBytes());
    }

    /** Bytes of the frame, its length prefix included. */
    public int sizeInBytes() {
        return sizeInBytes;
    }

    /**
     * Writes the frame without flushing, part by part: with thousands of parts this is cheaper than one composite buffer,
     * which would be walked anew for each writev. The log memory is given back when the last part is written or failed.
     */
    public void writeTo(ChannelOutboundInvoker channel) {
        if (splices.isEmpty()) {
            channel.write(message, channel.voidPromise());
        } else {
            writeParts(channel);
        }
    }

    /** Gives everything back instead of writing it. */
    public void release() {
        message.release();
        if (!splices.isEmpty()) {
            HeldRecords.release(holder);
        }
    }

    private void writeParts(ChannelOutboundInvoker channel) {
        int written = 0;
        int last = splices.size() - 1;
        for (int i = 0; i <= last; i++) {
            MessageWriter.Splice splice = splices.get(i);
            if (splice.position() > written) {
                channel.write(message.retainedSlice(written, splice.position() - written), channel.voidPromise());
                written = splice.position();
            }
            boolean endsFrame = i == last && written == message.writerIndex();
            channel.write(splice.bytes(), endsFrame ? releasing(channel) : channel.voidPromise());
        }
        if (written < message.writerIndex()) {
            channel.write(message.retainedSlice(written, message.writerIndex() - written), releasing(channel));
        }
        message.release();
    }

    private ChannelPromise releasing(ChannelOutboundInvoker channel) {
        ChannelPromise promise = channel.newPromise();
        promise.addListener((ChannelFutureListener) done -> HeldRecords.release(holder));
        return promise;
    }
}
