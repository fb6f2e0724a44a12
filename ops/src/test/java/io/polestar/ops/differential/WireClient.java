package io.polestar.ops.differential;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.stream.Stream;

/** A client on a bare socket: one frame out, one frame back, or the news that none comes. Used by one thread. */
final class WireClient implements AutoCloseable {
    private static final int TIMEOUT_MS = 10_000;

    /** How the broker reacted to a frame. */
    enum Reaction {
        ANSWERED,
        CLOSED,
        SILENT
    }

    /** @param frame what came back without its length; null unless answered */
    record Outcome(Reaction reaction, ByteBuffer frame) {}

    private final InetSocketAddress address;
    private Socket socket;
    private DataInputStream in;

    WireClient(int port) {
        address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    /** Sends one frame, on a new connection if the last one is closed. */
    Outcome exchange(ByteBuffer frame) throws IOException {
        return exchangeRaw(framed(frame), TIMEOUT_MS);
    }

    /** As {@link #exchange}, of a frame that may have no answer: the answer to the second one then comes first. */
    Outcome exchange(ByteBuffer frame, ByteBuffer second, int correlationIdOfSecond) throws IOException {
        Outcome outcome = exchangeRaw(framed(frame, second), TIMEOUT_MS);
        if (outcome.reaction() != Reaction.ANSWERED) {
            return outcome;
        }
        if (outcome.frame().getInt(0) == correlationIdOfSecond) {
            return new Outcome(Reaction.SILENT, null);
        }
        in.readFully(new byte[in.readInt()]);
        return outcome;
    }

    private static byte[] framed(ByteBuffer... frames) {
        ByteBuffer all = ByteBuffer.allocate(Stream.of(frames)
                .mapToInt(frame -> Integer.BYTES + frame.remaining())
                .sum());
        for (ByteBuffer frame : frames) {
            all.putInt(frame.remaining()).put(frame.duplicate());
        }
        return all.array();
    }

    /** Sends bytes as they are; they need not be a frame. */
    Outcome exchangeRaw(byte[] bytes, int timeoutMs) throws IOException {
        connectIfNeeded();
        socket.setSoTimeout(timeoutMs);
        try {
            socket.getOutputStream().write(bytes);
            byte[] answer = new byte[in.readInt()];
            in.readFully(answer);
            return new Outcome(Reaction.ANSWERED, ByteBuffer.wrap(answer));
        } catch (SocketTimeoutException e) {
            close();
            return new Outcome(Reaction.SILENT, null);
        } catch (EOFException | SocketException e) {
            close();
            return new Outcome(Reaction.CLOSED, null);
        }
    }

    private void connectIfNeeded() throws IOException {
        if (socket == null) {
            socket = new Socket();
            socket.setTcpNoDelay(true);
            socket.connect(address, TIMEOUT_MS);
            in = new DataInputStream(socket.getInputStream());
        }
    }

    @Override
    public void close() throws IOException {
        if (socket != null) {
            socket.close();
            socket = null;
        }
    }
}
