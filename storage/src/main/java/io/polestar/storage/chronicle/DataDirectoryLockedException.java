package io.polestar.storage.chronicle;

import java.nio.file.Path;

/** Another process, or another store of this one, works in the data directory. */
public final class DataDirectoryLockedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    DataDirectoryLockedException(Path directory) {
        super("data directory " + directory + " is in use by another broker");
    }
}
