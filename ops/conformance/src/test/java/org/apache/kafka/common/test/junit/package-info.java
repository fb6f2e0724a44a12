/** Stands before Kafka's own package of this name on the class path, so that its tests get a Polestar where they would start brokers. */
package org.apache.kafka.common.test.junit;
