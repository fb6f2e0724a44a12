/** The weather example: real observations through a broker that is killed on the way. Stock Kafka clients only. */
package io.polestar.ops.example;
