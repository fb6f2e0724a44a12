package io.polestar.ops.cli;

/** The exit codes of every verb. */
final class ExitCodes {
    static final int OK = 0;
    static final int FAILED = 1;
    static final int REFUSED = 2;

    private ExitCodes() {}
}
