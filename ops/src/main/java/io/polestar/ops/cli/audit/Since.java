package io.polestar.ops.cli.audit;

import io.polestar.ops.cli.StartPoint;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * A time to begin at.
 *
 * @param epochMs milliseconds since the epoch
 */
record Since(long epochMs) {
    static final String SYNTAX =
            "how long ago (30s, 15m, 2h, 7d), or a time: 2026-01-31, 2026-01-31T12:00:00Z or @MILLIS";
    private static final Pattern AGO = Pattern.compile("(\\d{1,9})([smhd])");

    static Since parse(String text, long nowMs) {
        Matcher ago = AGO.matcher(text);
        if (ago.matches()) {
            return new Since(nowMs
                    - unit(ago.group(2))
                            .multipliedBy(Long.parseLong(ago.group(1)))
                            .toMillis());
        }
        StartPoint point = StartPoint.parse(text);
        if (point.kind() != StartPoint.Kind.TIMESTAMP_MS) {
            throw new IllegalArgumentException("'" + text + "' is none of " + SYNTAX);
        }
        return new Since(point.value());
    }

    private static Duration unit(String letter) {
        return switch (letter) {
            case "s" -> Duration.ofSeconds(1);
            case "m" -> Duration.ofMinutes(1);
            case "h" -> Duration.ofHours(1);
            default -> Duration.ofDays(1);
        };
    }

    /** Lets picocli say what is wrong with an argument. */
    static final class Converter implements ITypeConverter<Since> {
        @Override
        public Since convert(String text) {
            try {
                return parse(text, System.currentTimeMillis());
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }
}
