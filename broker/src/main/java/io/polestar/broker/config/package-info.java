/**
 * Configs of topics, brokers, loggers, groups and metrics subscriptions as clients see them: described with their sources
 * and synonyms, changes checked before the controller stores them. May import {@code topic} and {@code controller}.
 */
package io.polestar.broker.config;
