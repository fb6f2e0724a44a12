package io.polestar.storage;

import java.nio.ByteBuffer;
import java.util.Optional;

/** Decides what becomes of each batch when segments are rewritten; called in order of offset, on the rewriting thread. */
@FunctionalInterface
public interface BatchRewriter {

    /**
     * What is stored instead of a batch. What this throws ends the rewrite, and nothing is changed.
     *
     * @param batch read-only, from position to limit; valid during the call
     * @return the same object to keep it as it is; another batch whose offsets lie within its own, used before the next
     *     call; or empty to drop it
     */
    Optional<ByteBuffer> rewrite(ByteBuffer batch);
}
