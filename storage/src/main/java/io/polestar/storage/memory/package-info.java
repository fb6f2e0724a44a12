/** The in-memory engine, for tests and for what need not outlive the process. May import Kafka's records. */
package io.polestar.storage.memory;
