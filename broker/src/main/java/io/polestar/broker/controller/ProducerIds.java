package io.polestar.broker.controller;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.apache.kafka.common.errors.CoordinatorLoadInProgressException;
import org.apache.kafka.common.message.AllocateProducerIdsResponseData;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Producer ids, unique in the cluster: handed out of blocks that the controller allocates; the next block is fetched
 * before the current one is used up. Guarded by its own monitor; never blocks.
 */
public final class ProducerIds {
    private static final Logger LOG = LoggerFactory.getLogger(ProducerIds.class);
    private static final double REFILL_BELOW = 0.1;

    private final Supplier<CompletableFuture<AllocateProducerIdsResponseData>> allocation;
    private final Queue<CompletableFuture<Long>> waiting = new ArrayDeque<>();
    private Block current = Block.EMPTY;
    private Block next = Block.EMPTY;
    private boolean allocating;

    /** @param allocation asks the controller for a block */
    ProducerIds(Supplier<CompletableFuture<AllocateProducerIdsResponseData>> allocation) {
        this.allocation = allocation;
    }

    /** An id never given before; fails with COORDINATOR_LOAD_IN_PROGRESS, which clients retry, if the controller cannot be asked. */
    public CompletableFuture<Long> next() {
        CompletableFuture<Long> id = new CompletableFuture<>();
        synchronized (this) {
            waiting.add(id);
        }
        serve();
        return id;
    }

    /** Whether the caller is to fetch a block: too few ids are left and nobody else does it. */
    private synchronized boolean claimAllocation() {
        if (allocating || !next.isEmpty() || current.left() > current.size * REFILL_BELOW) {
            return false;
        }
        allocating = true;
        return true;
    }

    private void allocateBlock() {
        asked().whenComplete((block, error) -> {
            if (error == null) {
                allocated(new Block(block.producerIdStart(), block.producerIdLen()));
            } else {
                failed(error);
            }
        });
    }

    private CompletableFuture<AllocateProducerIdsResponseData> asked() {
        try {
            return allocation.get();
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private void allocated(Block block) {
        synchronized (this) {
            allocating = false;
            next = block;
        }
        serve();
    }

    private void failed(Throwable error) {
        LOG.warn("No block of producer ids was allocated: {}", error.toString());
        List<CompletableFuture<Long>> losers;
        synchronized (this) {
            allocating = false;
            losers = new ArrayList<>(waiting);
            waiting.clear();
        }
        losers.forEach(id -> id.completeExceptionally(
                new CoordinatorLoadInProgressException("No block of producer ids could be allocated")));
    }

    private void serve() {
        for (Served served = take(); served != null; served = take()) {
            served.future.complete(served.id);
        }
        if (claimAllocation()) {
            allocateBlock();
        }
    }

    private synchronized Served take() {
        if (current.isEmpty()) {
            current = next;
            next = Block.EMPTY;
        }
        if (current.isEmpty() || waiting.isEmpty()) {
            return null;
        }
        return new Served(waiting.remove(), current.takeOne());
    }

    private record Served(CompletableFuture<Long> future, long id) {}

    /** A run of ids, used from its start; guarded by the monitor of its owner. */
    private static final class Block {
        static final Block EMPTY = new Block(0, 0);

        final int size;
        private final long end;
        private long position;

        Block(long start, int size) {
            this.size = size;
            this.position = start;
            this.end = start + size;
        }

        long left() {
            return end - position;
        }

        boolean isEmpty() {
            return left() == 0;
        }

        long takeOne() {
            return position++;
        }
    }
}
