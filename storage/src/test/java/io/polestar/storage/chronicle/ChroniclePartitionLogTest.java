package io.polestar.storage.chronicle;

import io.polestar.storage.LogStore;
import io.polestar.storage.PartitionLogContract;
import java.nio.file.Path;
import java.time.Duration;

/** The Chronicle engine keeps the contract. */
class ChroniclePartitionLogTest extends PartitionLogContract {

    @Override
    protected LogStore newStore(Path directory) {
        return new ChronicleLogStore(directory, new ChronicleLogStore.Options(nowMs::get, 100, Duration.ofMinutes(10)));
    }
}
