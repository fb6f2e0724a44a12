package io.polestar.storage.chronicle;

import io.polestar.storage.Disk;
import java.io.IOException;
import java.nio.file.Path;

/** The real device after the machine went down and came up again, as the boot's id says. */
record RebootedDisk(String bootId) implements Disk {

    @Override
    public void force(Path file) throws IOException {
        Disk.system().force(file);
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
