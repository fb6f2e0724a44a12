package io.polestar.broker.topic;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentSkipListMap;
import org.apache.kafka.common.message.FetchResponseData.AbortedTransaction;
import org.apache.kafka.storage.internals.log.AbortedTxn;
import org.apache.kafka.storage.internals.log.CorruptIndexException;
import org.apache.kafka.storage.internals.log.TransactionIndex;

/**
 * The aborted transactions of one log, which a read_committed consumer must be told of: in Kafka's index file, and in memory
 * for the reading. What the file lacks is in the log's markers, from which {@link PartitionState} adds it again. Changed
 * under the partition's lock, read by any thread.
 */
final class AbortedTransactions {
    private static final String FILE_NAME = "aborted.txnindex";
    private static final long ENTRY_BYTES = 34;

    private final ConcurrentSkipListMap<Long, AbortedTxn> byLastOffset = new ConcurrentSkipListMap<>();
    private final Path path;
    private TransactionIndex index;
    private boolean hasSurplus;
    private volatile long lastAdded = -1;
    private volatile long forcedUpTo = -1;

    private AbortedTransactions(Path directory) {
        this.path = directory.resolve(FILE_NAME);
    }

    /**
     * Reads the file.
     *
     * @param startOffset of the log; what ended before it is forgotten
     * @param endOffset where the log is replayed from; what the file says from there on is left to the replay
     */
    static AbortedTransactions open(Path directory, long startOffset, long endOffset) throws IOException {
        AbortedTransactions aborted = new AbortedTransactions(directory);
        aborted.cutTornEntry();
        aborted.index = new TransactionIndex(0, aborted.path.toFile());
        aborted.load(startOffset, endOffset);
        return aborted;
    }

    private void cutTornEntry() throws IOException {
        if (Files.exists(path) && Files.size(path) % ENTRY_BYTES != 0) {
            try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
                file.setLength(file.length() - file.length() % ENTRY_BYTES);
            }
        }
    }

    private void load(long startOffset, long endOffset) throws IOException {
        long last = -1;
        for (AbortedTxn txn : index.allAbortedTxns()) {
            boolean sound = txn.version() == AbortedTxn.CURRENT_VERSION
                    && txn.lastOffset() > last
                    && txn.firstOffset() <= txn.lastOffset();
            if (!sound) {
                throw new CorruptIndexException(
                        "Entry " + txn + " of " + path + " cannot follow one that ended at " + last);
            }
            last = txn.lastOffset();
            byLastOffset.put(last, txn);
        }
        index.truncateTo(endOffset);
        byLastOffset.tailMap(endOffset).clear();
        forgetBefore(startOffset);
        index.close();
    }

    /** Removes the file, which is of no use, and begins anew. */
    static AbortedTransactions reset(Path directory) throws IOException {
        Files.deleteIfExists(directory.resolve(FILE_NAME));
        return open(directory, 0, 0);
    }

    void add(AbortedTxn txn) throws IOException {
        index.append(txn);
        byLastOffset.put(txn.lastOffset(), txn);
        lastAdded = txn.lastOffset();
    }

    /** Those a reader of the given range must be told of, in the order of their ends. */
    List<AbortedTransaction> overlapping(long fromOffset, long upToOffset) {
        if (byLastOffset.isEmpty()) {
            return List.of();
        }
        List<AbortedTransaction> found = new ArrayList<>();
        for (AbortedTxn txn : byLastOffset.tailMap(fromOffset).values()) {
            if (txn.firstOffset() < upToOffset) {
                found.add(txn.asAbortedTransaction());
            }
            if (txn.lastStableOffset() >= upToOffset) {
                break; // whatever ended later began at or after that
            }
        }
        return found;
    }

    /** Those that ended at or after the given offset, in that order. */
    List<AbortedTxn> endedFrom(long offset) {
        return List.copyOf(byLastOffset.tailMap(offset).values());
    }

    /** Whether one is known that ended with the marker at this offset. */
    boolean endsAt(long markerOffset) {
        return byLastOffset.containsKey(markerOffset);
    }

    /** Whether what the producer wrote at the offset belongs to an aborted transaction. */
    boolean covers(long producerId, long offset) {
        return byLastOffset.tailMap(offset).values().stream()
                .filter(txn -> txn.producerId() == producerId)
                .findFirst()
                .filter(txn -> txn.firstOffset() <= offset)
                .isPresent();
    }

    /** No record is left of those that ended with these markers; to be forced before a marker itself may go. */
    void forget(Collection<Long> markerOffsets) throws IOException {
        if (byLastOffset.keySet().removeAll(markerOffsets)) {
            rewrite();
            lastAdded = Math.max(0, lastAdded);
            forcedUpTo = -1;
        }
    }

    /** The log begins here now. */
    void forgetBefore(long startOffset) {
        var gone = byLastOffset.headMap(startOffset);
        if (!gone.isEmpty()) {
            gone.clear();
            hasSurplus = true;
        }
    }

    /** The log ends here now. */
    void forgetFrom(long endOffset) throws IOException {
        byLastOffset.tailMap(endOffset).clear();
        if (Files.exists(path)) {
            rewrite();
        }
    }

    int size() {
        return byLastOffset.size();
    }

    /** Whether all that was added is on the device. */
    boolean isForced() {
        return forcedUpTo >= lastAdded;
    }

    /** Puts on the device what was added so far. Takes no lock. */
    void force() throws IOException {
        long upTo = lastAdded;
        if (!isForced() && Files.exists(path)) {
            try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
        }
        forcedUpTo = upTo;
    }

    /** Gives the file's handle back, and the space of what is forgotten. */
    void tidy() throws IOException {
        if (hasSurplus) {
            rewrite();
        }
        index.close();
    }

    private void rewrite() throws IOException {
        index.close();
        Path temporary = path.resolveSibling(FILE_NAME + ".tmp");
        Files.deleteIfExists(temporary);
        TransactionIndex kept = new TransactionIndex(0, temporary.toFile());
        for (AbortedTxn txn : byLastOffset.values()) {
            kept.append(txn);
        }
        kept.close();
        if (byLastOffset.isEmpty()) {
            Files.deleteIfExists(path);
        } else {
            Files.move(temporary, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        }
        index = new TransactionIndex(0, path.toFile());
        index.close();
        hasSurplus = false;
    }

    void close() throws IOException {
        index.close();
    }
}
