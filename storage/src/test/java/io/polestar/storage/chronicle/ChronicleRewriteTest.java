package io.polestar.storage.chronicle;

import io.polestar.storage.LogStore;
import io.polestar.storage.SegmentRewriteContract;
import java.nio.file.Path;
import java.time.Duration;

/** The Chronicle engine rewrites segments as the contract says. */
class ChronicleRewriteTest extends SegmentRewriteContract {

    @Override
    protected LogStore newStore(Path directory) {
        return new ChronicleLogStore(directory, new ChronicleLogStore.Options(nowMs::get, 100, Duration.ofMinutes(10)));
    }
}
