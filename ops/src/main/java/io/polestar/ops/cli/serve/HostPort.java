package io.polestar.ops.cli.serve;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** An address to listen on, as {@code HOST:PORT} or {@code [IPv6]:PORT}. */
public record HostPort(String host, int port) {

    private static final int LAST_PORT = 65_535;

    /** @throws IllegalArgumentException saying what is wrong with it */
    public static HostPort parse(String text) {
        int colon = text.lastIndexOf(':');
        String port = text.substring(colon + 1);
        if (colon < 1 || !port.matches("\\d{1,5}") || Integer.parseInt(port) > LAST_PORT) {
            throw new IllegalArgumentException("'" + text + "' is not HOST:PORT with a port from 0 to " + LAST_PORT);
        }
        return new HostPort(text.substring(0, colon), Integer.parseInt(port));
    }

    @Override
    public String toString() {
        return host + ":" + port;
    }

    /** Lets picocli say what is wrong with an argument. */
    static final class Converter implements ITypeConverter<HostPort> {
        @Override
        public HostPort convert(String text) {
            try {
                return parse(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }
}
