package io.polestar.storage.memory;

import io.polestar.storage.LogStore;
import io.polestar.storage.PartitionLogContract;
import java.nio.file.Path;

/** The in-memory engine keeps the contract. */
class MemoryPartitionLogTest extends PartitionLogContract {

    @Override
    protected LogStore newStore(Path directory) {
        return new MemoryLogStore(directory, nowMs::get);
    }
}
