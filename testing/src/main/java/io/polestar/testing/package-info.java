/** A broker inside the JVM of a test. May import {@code io.polestar.broker} and JUnit. */
package io.polestar.testing;
