/** What Kafka's coordinators share over our partitions: following the leadership of their topic, loading, readiness. May import {@code topic} and {@code storage}. */
package io.polestar.broker.coordinator;
