package io.polestar.storage.chronicle;

import java.nio.file.Path;

/**
 * Something that is not as it should be in a partition's files.
 *
 * @param file in which it is, or that is missing
 * @param position where in it; -1 where that says nothing
 * @param fromOffset the first offset that cannot be read for it; -1 if none is lost
 * @param toOffset the offset after the last of them; -1 if that is not known
 * @param what is wrong, and what comes of it
 */
public record LogFault(Path file, long position, long fromOffset, long toOffset, String what) {

    static LogFault harmless(Path file, String what) {
        return new LogFault(file, -1, -1, -1, what);
    }

    LogFault endingAt(long offset) {
        return isLoss() && toOffset < 0 && offset > fromOffset
                ? new LogFault(file, position, fromOffset, offset, what)
                : this;
    }

    /** Whether acknowledged records may be lost: otherwise the next start mends it. */
    public boolean isLoss() {
        return fromOffset >= 0;
    }

    @Override
    public String toString() {
        String at = position < 0 ? "" : " at position " + position;
        String offsets = !isLoss()
                ? ""
                : toOffset < 0
                        ? ", from offset " + fromOffset + " on"
                        : ", offsets " + fromOffset + " to " + (toOffset - 1);
        return file + at + offsets + ": " + what;
    }
}
