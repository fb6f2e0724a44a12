package io.polestar.ops.cli;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.OptionalLong;
import org.apache.kafka.clients.admin.OffsetSpec;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Where in a partition to begin: its beginning, its end, an offset, or a time. */
public record StartPoint(Kind kind, long value) {

    /** What kind of place it is. */
    public enum Kind {
        BEGINNING,
        END,
        OFFSET,
        TIMESTAMP_MS
    }

    /** How it is written, for help texts. */
    public static final String SYNTAX =
            "beginning, end, an OFFSET, or a time: 2026-01-31, 2026-01-31T12:00:00Z or @MILLIS";

    public static StartPoint parse(String text) {
        return switch (text) {
            case "beginning" -> new StartPoint(Kind.BEGINNING, 0);
            case "end" -> new StartPoint(Kind.END, 0);
            default ->
                text.matches("\\d{1,18}")
                        ? new StartPoint(Kind.OFFSET, Long.parseLong(text))
                        : new StartPoint(Kind.TIMESTAMP_MS, epochMs(text));
        };
    }

    private static long epochMs(String text) {
        try {
            if (text.matches("@\\d{1,18}")) {
                return Long.parseLong(text.substring(1));
            }
            return text.indexOf('T') < 0
                    ? LocalDate.parse(text)
                            .atStartOfDay(ZoneOffset.UTC)
                            .toInstant()
                            .toEpochMilli()
                    : Instant.parse(text).toEpochMilli();
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException("'" + text + "' is none of " + SYNTAX, e);
        }
    }

    /** The offset, where it was given as one and need not be asked for. */
    public OptionalLong offset() {
        return kind == Kind.OFFSET ? OptionalLong.of(value) : OptionalLong.empty();
    }

    /** What to ask the broker for; not for {@link Kind#OFFSET}. */
    public OffsetSpec spec() {
        return switch (kind) {
            case BEGINNING -> OffsetSpec.earliest();
            case END -> OffsetSpec.latest();
            case TIMESTAMP_MS -> OffsetSpec.forTimestamp(value);
            case OFFSET -> throw new IllegalStateException("an offset need not be asked for");
        };
    }

    /** Lets picocli say what is wrong with an argument. */
    public static final class Converter implements ITypeConverter<StartPoint> {
        @Override
        public StartPoint convert(String text) {
            try {
                return parse(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }
}
