/** Kafka's group coordinator over our partitions. The only package that runs Kafka's coordinators; handlers see its interface, {@code GroupCoordinator}. */
package io.polestar.broker.group;
