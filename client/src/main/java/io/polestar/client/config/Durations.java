package io.polestar.client.config;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads times as a config has them: milliseconds without a unit, as the guide writes them. */
final class Durations {
    private static final Pattern FORM = Pattern.compile("(\\d{1,15})\\s*(ms|s|m|h)?");

    private Durations() {}

    static Optional<Duration> read(Object given) {
        if (given instanceof Duration duration) {
            return Optional.of(duration);
        }
        Matcher form = FORM.matcher(given.toString().strip());
        return form.matches() ? Optional.of(of(Long.parseLong(form.group(1)), form.group(2))) : Optional.empty();
    }

    private static Duration of(long amount, String unit) {
        if (unit == null) {
            return Duration.ofMillis(amount);
        }
        return switch (unit) {
            case "s" -> Duration.ofSeconds(amount);
            case "m" -> Duration.ofMinutes(amount);
            case "h" -> Duration.ofHours(amount);
            default -> Duration.ofMillis(amount);
        };
    }
}
