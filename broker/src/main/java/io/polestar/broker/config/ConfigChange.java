package io.polestar.broker.config;

import org.apache.kafka.clients.admin.AlterConfigOp.OpType;

/**
 * One change of one config.
 *
 * @param operation {@code null} if the client sent one that does not exist
 * @param value {@code null} for a deletion
 */
public record ConfigChange(String name, OpType operation, String value) {}
