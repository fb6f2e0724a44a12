package io.polestar.ops.cli;

/** What ends a command with one line on stderr and an exit code. */
public final class CliException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int exitCode;

    private CliException(int exitCode, String message, Throwable cause) {
        super(message, cause);
        this.exitCode = exitCode;
    }

    /** The operation was tried and failed: exit code 1. */
    public static CliException failed(String line) {
        return new CliException(ExitCodes.FAILED, line, null);
    }

    /** The operation was tried and failed: exit code 1. */
    public static CliException failed(String line, Throwable cause) {
        return new CliException(ExitCodes.FAILED, line, cause);
    }

    /** Nothing was tried, because arguments, settings or surroundings do not allow it: exit code 2. */
    public static CliException refused(String line) {
        return new CliException(ExitCodes.REFUSED, line, null);
    }

    /** Nothing was tried, because arguments, settings or surroundings do not allow it: exit code 2. */
    public static CliException refused(String line, Throwable cause) {
        return new CliException(ExitCodes.REFUSED, line, cause);
    }

    int exitCode() {
        return exitCode;
    }
}
