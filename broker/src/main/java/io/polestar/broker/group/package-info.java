/** Kafka's group coordinator over our partitions. The only package that imports Kafka's coordinator classes. */
package io.polestar.broker.group;
