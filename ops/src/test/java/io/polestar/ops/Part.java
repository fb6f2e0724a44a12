package io.polestar.ops;

import com.tngtech.archunit.core.domain.JavaClass;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A part of Polestar and the others that it may import: the table that docs/ARCHITECTURE.md draws. A part is a package with
 * those below it that are not parts themselves.
 *
 * @param name its package, below {@code io.polestar}
 * @param imports names of the parts that it may import; {@code *} stands for all
 */
record Part(String name, Set<String> imports) {
    /** The settings stand beside {@code Broker}, as whoever starts one needs them; to the parts they are a leaf. */
    static final String SETTINGS = "broker (settings)";

    private static final String ROOT = "io.polestar.";
    private static final Set<String> SETTINGS_CLASSES =
            Set.of("BrokerConfig", "PolestarConfigs", "PolestarTopicConfigs", "ViewConfigs", "HostPort");

    static final List<Part> ALL = List.of(
            part("protocol"),
            part("storage"),
            part("storage.chronicle", "storage"),
            part("storage.memory", "storage"),
            part("client", "client.config", "client.track", "protocol", "storage", "storage.chronicle"),
            part("client.config", "protocol"),
            part("client.track", "protocol"),
            part(SETTINGS, "protocol"),
            part("broker.security"),
            part("broker.quota", SETTINGS),
            part("broker.telemetry", SETTINGS),
            part("broker.controller", SETTINGS),
            part("broker.topic", SETTINGS, "storage"),
            part("broker.coordinator", "broker.topic", "storage"),
            part("broker.group", SETTINGS, "broker.coordinator", "broker.topic", "storage"),
            part("broker.share", SETTINGS, "broker.coordinator", "broker.group", "broker.topic", "protocol", "storage"),
            part("broker.hub.view", SETTINGS, "broker.topic", "protocol", "storage"),
            part("broker.txn", SETTINGS, "broker.coordinator", "broker.topic"),
            part("broker.config", SETTINGS, "broker.topic", "broker.controller", "broker.security"),
            part(
                    "broker.api",
                    SETTINGS,
                    "broker.config",
                    "broker.controller",
                    "broker.group",
                    "broker.quota",
                    "broker.security",
                    "broker.share",
                    "broker.topic",
                    "broker.txn",
                    "protocol",
                    "storage"),
            part("broker.metrics", "broker.hub.view", "broker.topic", "storage"),
            part("broker.net", SETTINGS, "broker.api", "broker.metrics", "broker.quota", "protocol"),
            part("broker.http"),
            part(
                    "broker.admin",
                    SETTINGS,
                    "broker.controller",
                    "broker.http",
                    "broker.hub.view",
                    "broker.topic",
                    "storage"),
            part(
                    "broker.hub.ledger",
                    "broker.group",
                    "broker.http",
                    "broker.hub.view",
                    "broker.share",
                    "broker.topic",
                    "storage"),
            part(
                    "broker",
                    SETTINGS,
                    "broker.admin",
                    "broker.api",
                    "broker.config",
                    "broker.controller",
                    "broker.group",
                    "broker.http",
                    "broker.hub.ledger",
                    "broker.hub.view",
                    "broker.metrics",
                    "broker.net",
                    "broker.quota",
                    "broker.security",
                    "broker.share",
                    "broker.telemetry",
                    "broker.topic",
                    "broker.txn",
                    "storage",
                    "storage.chronicle"),
            part("testing", SETTINGS, "broker", "storage"),
            part("ops", "*"));

    private static Part part(String name, String... imports) {
        return new Part(name, Set.of(imports));
    }

    /** The innermost part that a class of Polestar belongs to; empty for any other class. */
    static Optional<Part> of(JavaClass type) {
        if (!type.getPackageName().startsWith(ROOT)) {
            return Optional.empty();
        }
        String name = isSetting(type) ? SETTINGS : type.getPackageName().substring(ROOT.length());
        return ALL.stream()
                .filter(part -> name.equals(part.name) || name.startsWith(part.name + "."))
                .max((a, b) -> Integer.compare(a.name.length(), b.name.length()));
    }

    private static boolean isSetting(JavaClass type) {
        String[] nesting =
                type.getName().substring(type.getPackageName().length() + 1).split("\\$");
        return type.getPackageName().equals(ROOT + "broker")
                && Arrays.stream(nesting)
                        .findFirst()
                        .filter(SETTINGS_CLASSES::contains)
                        .isPresent();
    }

    boolean mayImport(Part other) {
        return other.equals(this) || imports.contains("*") || imports.contains(other.name);
    }

    @Override
    public String toString() {
        return name;
    }
}
