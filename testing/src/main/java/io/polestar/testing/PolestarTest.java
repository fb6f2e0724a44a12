package io.polestar.testing;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Gives a test class a broker in its own JVM, on a free port and in a temporary directory that is gone afterwards. A test, a
 * constructor or a lifecycle method receives it as a parameter of the type {@link PolestarBroker}; it is started when the
 * first of them asks and stopped after the class's last test.
 */
@Documented
@Inherited
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(PolestarExtension.class)
public @interface PolestarTest {
    /** Broker settings by Kafka's names, each as {@code name=value}. */
    String[] settings() default {};

    /** Whether each test method has a broker of its own. */
    boolean brokerPerTest() default false;
}
