/** Benchmarks by JMH, run by {@code mvn -Pbench}; no tests. */
package io.polestar.ops.bench;
