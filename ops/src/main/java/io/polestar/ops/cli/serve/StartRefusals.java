package io.polestar.ops.cli.serve;

import io.polestar.broker.Broker;
import io.polestar.broker.net.ListenerBindException;
import io.polestar.ops.cli.CliException;
import io.polestar.storage.chronicle.DataDirectoryFormatException;
import io.polestar.storage.chronicle.DataDirectoryLockedException;
import java.net.BindException;
import java.util.concurrent.Callable;
import org.apache.kafka.common.config.ConfigException;

/** Turns what keeps a broker from starting into the line that its operator reads. */
final class StartRefusals {

    private StartRefusals() {}

    static Broker call(Callable<Broker> start) {
        try {
            return start.call();
        } catch (Exception e) {
            throw refusal(e);
        }
    }

    private static CliException refusal(Exception failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof ListenerBindException taken) {
                return CliException.refused(taken.getMessage() + "; --listen chooses another address", failure);
            }
            if (cause.getCause() instanceof BindException
                    || cause instanceof DataDirectoryLockedException
                    || cause instanceof DataDirectoryFormatException
                    || cause instanceof ConfigException) {
                return CliException.refused(cause.getMessage(), failure);
            }
        }
        return CliException.failed("the broker did not start: " + failure.getMessage(), failure);
    }
}
