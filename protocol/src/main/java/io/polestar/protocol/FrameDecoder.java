package io.polestar.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.ByteToMessageDecoder;

/**
 * Cuts the byte stream into Kafka's frames: four bytes of length, then the frame, which is passed on without the length
 * and belongs to the next handler. Owned by the channel's event loop.
 *
 * <p>A frame that arrived whole is a slice of what was received. One that did not is gathered in a direct buffer that
 * grows with what arrives and never beyond the announced length, so an announcement alone costs no memory.
 *
 * <p>While the channel does not read automatically no frame is passed on: the next handler can stop in the middle of a
 * burst. What was received until then is delivered when reading resumes.
 */
public final class FrameDecoder extends ChannelDuplexHandler {
    private static final int PREFIX_BYTES = 4;
    /** A request header of version 0: key, version, correlation id. */
    private static final int MIN_FRAME_BYTES = 8;
    /** What an announced frame may take before more of it has arrived. */
    private static final int FIRST_ALLOCATION_BYTES = 64 * 1024;
    /** A frame's buffer is so many times what has arrived, so that growing copies at most a third of the frame. */
    private static final int GROWTH = 4;

    private final int maxFrameBytes;
    private ByteBuf received;
    private ByteBuf partialFrame;
    private int frameBytes;
    private int prefixBytesRead;
    private boolean decoding;
    private boolean failed;
    private boolean inputClosed;

    public FrameDecoder(int maxFrameBytes) {
        this.maxFrameBytes = maxFrameBytes;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        if (failed) {
            bytes.release();
            return;
        }
        received =
                received == null ? bytes : ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(ctx.alloc(), received, bytes);
        decode(ctx);
    }

    @Override
    public void read(ChannelHandlerContext ctx) {
        if (decode(ctx)) {
            ctx.fireChannelReadComplete();
        }
        if (ctx.channel().config().isAutoRead() && !inputClosed) {
            ctx.read();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        // Reading on would make Netty's epoll channel fail: it has left the epoll by then.
        inputClosed |= event == ChannelInputShutdownEvent.INSTANCE;
        ctx.fireUserEventTriggered(event);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        discard();
        ctx.fireChannelInactive();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        discard();
    }

    /** Passes on what is complete, as long as it is wanted; returns whether there was any. */
    private boolean decode(ChannelHandlerContext ctx) {
        if (decoding) {
            return false;
        }
        boolean passed = false;
        decoding = true;
        try {
            while (received != null && ctx.channel().config().isAutoRead()) {
                ByteBuf frame = nextFrame(ctx);
                if (frame != null) {
                    passed = true;
                    ctx.fireChannelRead(frame);
                }
            }
        } catch (InvalidFrameException e) {
            failed = true;
            discard();
            ctx.fireExceptionCaught(e);
        } finally {
            decoding = false;
        }
        return passed;
    }

    /** The next frame, or {@code null} with everything received used up. */
    private ByteBuf nextFrame(ChannelHandlerContext ctx) {
        if (prefixBytesRead < PREFIX_BYTES && !readPrefix()) {
            dropReceived();
            return null;
        }
        ByteBuf frame = partialFrame == null && received.readableBytes() >= frameBytes ? cutFrame() : gatherFrame(ctx);
        if (received != null && !received.isReadable()) {
            dropReceived();
        }
        return frame;
    }

    private boolean readPrefix() {
        if (prefixBytesRead == 0 && received.readableBytes() >= PREFIX_BYTES) {
            frameBytes = received.readInt();
            prefixBytesRead = PREFIX_BYTES;
        } else {
            while (prefixBytesRead < PREFIX_BYTES && received.isReadable()) {
                frameBytes = frameBytes << Byte.SIZE | received.readUnsignedByte();
                prefixBytesRead++;
            }
        }
        if (prefixBytesRead < PREFIX_BYTES) {
            return false;
        }
        if (frameBytes < MIN_FRAME_BYTES || frameBytes > maxFrameBytes) {
            throw new InvalidFrameException(frameBytes, MIN_FRAME_BYTES, maxFrameBytes);
        }
        return true;
    }

    private ByteBuf cutFrame() {
        prefixBytesRead = 0;
        if (received.readableBytes() > frameBytes) {
            return received.readRetainedSlice(frameBytes);
        }
        ByteBuf whole = received;
        received = null;
        return whole;
    }

    private ByteBuf gatherFrame(ChannelHandlerContext ctx) {
        int arrived = received.readableBytes();
        if (partialFrame == null) {
            long trusted = Math.max(FIRST_ALLOCATION_BYTES, (long) GROWTH * arrived);
            partialFrame = ctx.alloc().directBuffer((int) Math.min(frameBytes, trusted), frameBytes);
        }
        int taken = Math.min(arrived, frameBytes - partialFrame.readableBytes());
        makeRoom(taken);
        partialFrame.writeBytes(received, taken);
        return partialFrame.readableBytes() == frameBytes ? completedFrame() : null;
    }

    private ByteBuf completedFrame() {
        ByteBuf frame = partialFrame;
        partialFrame = null;
        prefixBytesRead = 0;
        return frame;
    }

    private void makeRoom(int bytes) {
        if (partialFrame.writableBytes() < bytes) {
            long grown = Math.max(partialFrame.readableBytes() + bytes, (long) GROWTH * partialFrame.capacity());
            partialFrame.capacity((int) Math.min(frameBytes, grown));
        }
    }

    private void discard() {
        dropReceived();
        if (partialFrame != null) {
            partialFrame.release();
            partialFrame = null;
        }
    }

    private void dropReceived() {
        if (received != null) {
            received.release();
            received = null;
        }
    }
}
