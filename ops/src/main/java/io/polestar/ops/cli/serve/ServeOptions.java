package io.polestar.ops.cli.serve;

import io.polestar.broker.Broker;
import io.polestar.broker.BrokerConfig;
import io.polestar.broker.PolestarConfigs;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.network.SocketServerConfigs;
import org.apache.kafka.server.config.ServerLogConfigs;

/**
 * What was said to {@code serve}, null where nothing was. Immutable.
 *
 * @param set any settings by name
 */
public record ServeOptions(Path config, HostPort listen, Path data, HostPort http, Map<String, String> set) {
    private static final Set<String> ONCE = Set.of("--config", "--listen", "--data", "--http");
    private static final String SET = "--set";

    /**
     * Reads a line in which every word is what it seems: a known option with its value, at most once. Every other line,
     * also a wrong one, is left to picocli.
     */
    public static Optional<ServeOptions> plain(List<String> words) {
        Map<String, String> once = new LinkedHashMap<>();
        Map<String, String> set = new LinkedHashMap<>();
        List<String> apart = split(words);
        if (apart.size() % 2 != 0) {
            return Optional.empty();
        }
        for (int i = 0; i < apart.size(); i += 2) {
            String name = apart.get(i);
            String value = apart.get(i + 1);
            int equals = value.indexOf('=');
            if (name.equals(SET) && equals > 0) {
                set.put(value.substring(0, equals), value.substring(equals + 1));
            } else if (!ONCE.contains(name) || value.startsWith("-") || once.put(name, value) != null) {
                return Optional.empty();
            }
        }
        return of(once, set);
    }

    /** {@code --name=value} as two words. */
    private static List<String> split(List<String> words) {
        List<String> apart = new ArrayList<>();
        for (String word : words) {
            int equals = word.indexOf('=');
            if (word.startsWith("--") && equals > 0) {
                apart.add(word.substring(0, equals));
                apart.add(word.substring(equals + 1));
            } else {
                apart.add(word);
            }
        }
        return apart;
    }

    private static Optional<ServeOptions> of(Map<String, String> once, Map<String, String> set) {
        try {
            return Optional.of(new ServeOptions(
                    path(once.get("--config")),
                    address(once.get("--listen")),
                    path(once.get("--data")),
                    address(once.get("--http")),
                    set));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static Path path(String text) {
        return text == null ? null : Path.of(text);
    }

    private static HostPort address(String text) {
        return text == null ? null : HostPort.parse(text);
    }

    /**
     * Runs the broker until it stops.
     *
     * @return the exit code
     * @throws io.polestar.ops.cli.CliException if it does not start
     */
    public int serve(PrintWriter out) throws InterruptedException {
        BrokerConfig checked = settings().config();
        DataDirectory.prepare(checked.dataDirectory(), checked.diskFreeMinBytes());
        return Foreground.run(() -> Broker.start(checked), out);
    }

    /** Defaults under the file, the file under the flags, the flags under {@code --set}. */
    private Settings settings() {
        Settings settings = new Settings();
        if (config != null) {
            settings.putAll(ConfigFile.read(config), config.toString());
        }
        if (listen != null) {
            settings.put(SocketServerConfigs.LISTENERS_CONFIG, "PLAINTEXT://" + listen, "--listen");
        }
        if (data != null) {
            settings.put(ServerLogConfigs.LOG_DIR_CONFIG, data.toString(), "--data");
        }
        if (http != null) {
            settings.put(PolestarConfigs.HTTP_LISTEN, http.toString(), "--http");
        }
        settings.putAll(set, SET);
        return settings;
    }
}
