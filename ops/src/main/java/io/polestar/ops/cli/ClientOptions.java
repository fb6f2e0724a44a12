package io.polestar.ops.cli;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.errors.TimeoutException;
import picocli.CommandLine.Option;

/** The options of every verb that talks to a broker, and the clients made from them. */
public final class ClientOptions {
    @Option(
            names = "--bootstrap",
            paramLabel = "HOST:PORT",
            defaultValue = "127.0.0.1:9092",
            description = "the broker (default: ${DEFAULT-VALUE})")
    private String bootstrap;

    @Option(names = "--json", description = "one JSON object a line on stdout")
    private boolean json;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            defaultValue = "15",
            description = "how long a broker may take to answer (default: ${DEFAULT-VALUE})")
    private int timeoutSeconds;

    public boolean json() {
        return json;
    }

    public Duration timeout() {
        return Duration.ofSeconds(timeoutSeconds);
    }

    /** What every client is given: the address, our timeout, and no JMX beans, which cost start-up time. */
    public Map<String, Object> properties() {
        int timeoutMs = Math.toIntExact(timeout().toMillis());
        Map<String, Object> properties = new HashMap<>();
        properties.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, bootstrap);
        properties.put(CommonClientConfigs.CLIENT_ID_CONFIG, "polestar-cli");
        properties.put(CommonClientConfigs.REQUEST_TIMEOUT_MS_CONFIG, timeoutMs);
        properties.put(CommonClientConfigs.DEFAULT_API_TIMEOUT_MS_CONFIG, timeoutMs);
        properties.put(CommonClientConfigs.METRIC_REPORTER_CLASSES_CONFIG, "");
        properties.put(CommonClientConfigs.ENABLE_METRICS_PUSH_CONFIG, false);
        return properties;
    }

    public Admin admin() {
        return Admin.create(properties());
    }

    /**
     * The answer to a request.
     *
     * @param subject what it was about, for the line that says why it failed
     * @throws CliException if it failed
     */
    public <T> T await(Future<T> answer, String subject) {
        try {
            return answer.get();
        } catch (ExecutionException e) {
            throw failure(e.getCause(), subject);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw CliException.failed(subject + ": interrupted", e);
        }
    }

    /** The line for a request that failed. */
    public CliException failure(Throwable cause, String subject) {
        return cause instanceof TimeoutException
                ? CliException.failed(
                        subject + ": no answer from a broker at " + bootstrap + " within " + timeoutSeconds + " s",
                        cause)
                : CliException.failed(subject + ": " + cause.getMessage(), cause);
    }
}
