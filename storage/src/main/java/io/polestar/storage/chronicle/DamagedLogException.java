package io.polestar.storage.chronicle;

import java.io.IOException;
import java.nio.file.Path;

/** Acknowledged data of a log is missing or damaged; nothing was changed, so that an operator can decide. */
final class DamagedLogException extends IOException {
    private static final long serialVersionUID = 1L;

    /** @param what file, position and what is wrong there */
    DamagedLogException(Path directory, String what) {
        super(what + ". Nothing was changed. What to do: stop the broker, `polestar log verify "
                + directory.toAbsolutePath().getParent()
                + "` names every fault, `polestar log repair --help` says how to"
                + " keep what is intact");
    }
}
