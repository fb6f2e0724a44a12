package io.polestar.broker;

import java.net.InetSocketAddress;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.utils.Utils;

/** Reads HOST:PORT. */
final class HostPort {
    private static final int MAX_PORT = 65_535;

    private HostPort() {}

    /** @throws ConfigException naming the property if the value is not HOST:PORT with a port from 0 to 65535 */
    static InetSocketAddress parse(String property, String value) {
        String host = Utils.getHost(value);
        Integer port = Utils.getPort(value);
        if (host == null || port == null || port > MAX_PORT) {
            throw new ConfigException(property, value, "HOST:PORT is expected");
        }
        return InetSocketAddress.createUnresolved(host, port);
    }
}
