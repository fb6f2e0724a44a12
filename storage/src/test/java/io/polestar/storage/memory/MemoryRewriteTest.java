package io.polestar.storage.memory;

import io.polestar.storage.LogStore;
import io.polestar.storage.SegmentRewriteContract;
import java.nio.file.Path;

/** The in-memory engine rewrites segments as the contract says. */
class MemoryRewriteTest extends SegmentRewriteContract {

    @Override
    protected LogStore newStore(Path directory) {
        return new MemoryLogStore(directory, nowMs::get);
    }
}
