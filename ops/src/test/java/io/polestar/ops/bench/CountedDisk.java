package io.polestar.ops.bench;

import io.polestar.storage.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.LongAdder;

/** The system's disk, with a count of the forces of segments. Safe for use from any thread. */
final class CountedDisk implements Disk {
    private final LongAdder forces = new LongAdder();

    /** How many there were since the last call. */
    long takeForces() {
        return forces.sumThenReset();
    }

    @Override
    public void force(Path file) throws IOException {
        Disk.system().force(file);
        if (file.toString().endsWith(".cq4")) {
            forces.increment();
        }
    }

    @Override
    public void forceDirectory(Path directory) throws IOException {
        Disk.system().forceDirectory(directory);
    }

    @Override
    public long freeBytes(Path directory) throws IOException {
        return Disk.system().freeBytes(directory);
    }
}
