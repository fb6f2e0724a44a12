/**
 * The Chronicle Queue engine: one queue per partition, one excerpt per batch, segments that are cycles we roll. May import
 * Chronicle, and of Kafka the records and the buffer unmapper. Chronicle's classes stay in here.
 */
package io.polestar.storage.chronicle;
