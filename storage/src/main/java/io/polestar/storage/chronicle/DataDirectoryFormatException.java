package io.polestar.storage.chronicle;

/** The data directory was written by a newer version, or what describes it cannot be read. */
public final class DataDirectoryFormatException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    DataDirectoryFormatException(String message) {
        super(message);
    }
}
