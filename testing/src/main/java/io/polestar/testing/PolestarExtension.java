package io.polestar.testing;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.platform.commons.support.AnnotationSupport;

/** Keeps the brokers of {@link PolestarTest} in JUnit's stores, which close them with their class or test. Stateless. */
final class PolestarExtension implements ParameterResolver {
    private static final Namespace NAMESPACE = Namespace.create(PolestarExtension.class);

    /** JUnit closes what is of this type, in every version of 5. */
    @SuppressWarnings("deprecation")
    private record Started(PolestarBroker broker) implements ExtensionContext.Store.CloseableResource {
        @Override
        public void close() {
            broker.close();
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == PolestarBroker.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        PolestarTest wanted = annotation(context);
        return owner(context, wanted)
                .getStore(NAMESPACE)
                .getOrComputeIfAbsent(
                        PolestarBroker.class,
                        type -> new Started(PolestarBroker.start(settings(wanted))),
                        Started.class)
                .broker();
    }

    private static PolestarTest annotation(ExtensionContext context) {
        for (ExtensionContext at = context; at != null; at = at.getParent().orElse(null)) {
            var found = AnnotationSupport.findAnnotation(at.getElement(), PolestarTest.class);
            if (found.isPresent()) {
                return found.get();
            }
        }
        throw new ExtensionConfigurationException("no class around the test is annotated with @PolestarTest");
    }

    /** The context of the annotated class, whose end is the broker's, or of the test that asks. */
    private static ExtensionContext owner(ExtensionContext context, PolestarTest wanted) {
        if (wanted.brokerPerTest()) {
            return context;
        }
        ExtensionContext owner = context;
        for (ExtensionContext at = context; at != null; at = at.getParent().orElse(null)) {
            if (AnnotationSupport.isAnnotated(at.getElement(), PolestarTest.class)) {
                owner = at;
            }
        }
        return owner;
    }

    private static Map<String, String> settings(PolestarTest wanted) {
        Map<String, String> settings = new HashMap<>();
        for (String setting : wanted.settings()) {
            int equals = setting.indexOf('=');
            if (equals < 1) {
                throw new ExtensionConfigurationException(
                        "@PolestarTest(settings): '" + setting + "' is not of the form name=value");
            }
            settings.put(
                    setting.substring(0, equals).strip(),
                    setting.substring(equals + 1).strip());
        }
        return settings;
    }
}
