package io.polestar.broker.config;

import org.apache.kafka.common.errors.InvalidRequestException;

/** Node ids as names of config resources. */
final class NodeIds {
    private NodeIds() {}

    /** @throws InvalidRequestException if it is not a number */
    static int parse(String name) {
        try {
            return Integer.parseInt(name);
        } catch (NumberFormatException e) {
            throw new InvalidRequestException("Broker id must be an integer, but it is: " + name);
        }
    }

    /** @throws InvalidRequestException if it names another node */
    static void require(int nodeId, String name) {
        if (parse(name) != nodeId) {
            throw new InvalidRequestException("Unexpected broker id, expected " + nodeId + ", but received " + name);
        }
    }
}
