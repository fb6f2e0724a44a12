package io.polestar.protocol;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(NoLeaks.class)
class FrameDecoderTest {
    private static final int MAX_BYTES = 1024 * 1024;

    private final EmbeddedChannel channel = new EmbeddedChannel(new FrameDecoder(MAX_BYTES));

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
    }

    @Test
    void shouldPassFrameWithoutPrefixWhenItArrivesWhole() {
        byte[] frame = bytes(100);
        channel.writeInbound(framed(frame));
        assertFrames(frame);
    }

    @Test
    void shouldPassEveryFrameWhenSeveralArriveTogether() {
        byte[] first = bytes(100);
        byte[] second = bytes(8);
        byte[] third = bytes(5000);
        channel.writeInbound(framed(first, second, third));
        assertFrames(first, second, third);
    }

    @Test
    void shouldPassFramesWhenTheyArriveByteByByte() {
        byte[] first = bytes(50);
        byte[] second = bytes(9);
        ByteBuf all = framed(first, second);
        while (all.isReadable()) {
            channel.writeInbound(all.readRetainedSlice(1));
        }
        all.release();
        assertFrames(first, second);
    }

    @Test
    void shouldPassFramesWhenTheyAreCutAnywhere() {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        List<byte[]> frames = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            frames.add(bytes(8 + random.nextInt(i % 20 == 0 ? 300_000 : 2000)));
        }
        ByteBuf all = framed(frames.toArray(byte[][]::new));
        while (all.isReadable()) {
            int cut = 1 + random.nextInt(random.nextBoolean() ? 10 : 100_000);
            channel.writeInbound(all.readRetainedSlice(Math.min(cut, all.readableBytes())));
        }
        all.release();
        assertFrames(frames.toArray(byte[][]::new));
    }

    @Test
    void shouldPassFrameInOneDirectBufferOfItsSizeWhenItArrivesInParts() {
        byte[] frame = bytes(MAX_BYTES);
        ByteBuf all = framed(frame);
        while (all.isReadable()) {
            channel.writeInbound(all.readRetainedSlice(Math.min(65_536, all.readableBytes())));
        }
        all.release();
        ByteBuf passed = channel.readInbound();
        assertTrue(passed.isDirect());
        assertEquals(1, passed.nioBufferCount());
        assertEquals(MAX_BYTES, passed.capacity());
        passed.release();
    }

    @Test
    void shouldHoldNoMoreThanArrivedWhenALargeFrameIsAnnounced() {
        UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true);
        EmbeddedChannel untrusting = new EmbeddedChannel(new FrameDecoder(Integer.MAX_VALUE));
        untrusting.config().setAllocator(allocator);
        untrusting.writeInbound(
                allocator.directBuffer().writeInt(Integer.MAX_VALUE).writeLong(1));
        assertTrue(allocator.metric().usedDirectMemory() < 200_000, () -> "used " + allocator.metric());
        untrusting.finishAndReleaseAll();
        assertEquals(0, allocator.metric().usedDirectMemory());
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, Integer.MIN_VALUE, 0, 7, MAX_BYTES + 1, Integer.MAX_VALUE})
    void shouldFailWhenTheAnnouncedSizeIsNotAllowed(int size) {
        InvalidFrameException failure =
                assertThrows(InvalidFrameException.class, () -> channel.writeInbound(prefix(size)));
        assertTrue(failure.getMessage().contains("frame of " + size + " bytes"), failure.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET / HTTP/1.1\r\n", "POST /topics HTTP/1.1\r\n"})
    void shouldSayThatTheClientSpeaksHttpWhenItDoes(String request) {
        ByteBuf bytes = channel.alloc().buffer().writeBytes(request.getBytes(StandardCharsets.US_ASCII));
        InvalidFrameException failure = assertThrows(InvalidFrameException.class, () -> channel.writeInbound(bytes));
        assertTrue(failure.getMessage().endsWith("the client speaks HTTP"), failure.getMessage());
    }

    @Test
    void shouldSayThatTheClientSpeaksTlsWhenItDoes() {
        ByteBuf hello = channel.alloc().buffer().writeBytes(new byte[] {0x16, 3, 1, 2, 0, 1, 0, 1});
        InvalidFrameException failure = assertThrows(InvalidFrameException.class, () -> channel.writeInbound(hello));
        assertTrue(failure.getMessage().endsWith("the client speaks TLS"), failure.getMessage());
    }

    @Test
    void shouldIgnoreWhatFollowsWhenAFrameWasInvalid() {
        assertThrows(InvalidFrameException.class, () -> channel.writeInbound(prefix(-1)));
        channel.writeInbound(framed(bytes(20)));
        assertNull(channel.readInbound());
    }

    @Test
    void shouldDropPartialFrameWhenTheChannelCloses() {
        channel.writeInbound(prefix(1000).writeBytes(new byte[500]));
        channel.close();
        assertNull(channel.readInbound());
    }

    @Test
    void shouldDeliverTheRestWhenReadingResumes() {
        byte[] first = bytes(20);
        byte[] second = bytes(30);
        byte[] third = bytes(40);
        EmbeddedChannel pausing = new EmbeddedChannel(new FrameDecoder(MAX_BYTES), new PauseAfterEachFrame());
        pausing.writeInbound(framed(first, second));
        pausing.writeInbound(framed(third));
        assertFrame(first, pausing);
        assertNull(pausing.readInbound());

        pausing.config().setAutoRead(true);
        assertFrame(second, pausing);
        assertNull(pausing.readInbound());

        pausing.config().setAutoRead(true);
        assertFrame(third, pausing);
        pausing.finishAndReleaseAll();
    }

    private static final class PauseAfterEachFrame extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object frame) {
            ctx.channel().config().setAutoRead(false);
            ctx.fireChannelRead(frame);
        }
    }

    private void assertFrames(byte[]... frames) {
        for (byte[] frame : frames) {
            assertFrame(frame, channel);
        }
        assertNull(channel.readInbound());
    }

    private static void assertFrame(byte[] expected, EmbeddedChannel from) {
        ByteBuf passed = from.readInbound();
        try {
            assertArrayEquals(expected, ByteBufUtil.getBytes(passed));
        } finally {
            passed.release();
        }
    }

    private static byte[] bytes(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }

    private static ByteBuf prefix(int size) {
        return PooledByteBufAllocator.DEFAULT.directBuffer().writeInt(size);
    }

    private static ByteBuf framed(byte[]... frames) {
        ByteBuf bytes = PooledByteBufAllocator.DEFAULT.directBuffer();
        for (byte[] frame : frames) {
            bytes.writeInt(frame.length).writeBytes(frame);
        }
        return bytes;
    }
}
