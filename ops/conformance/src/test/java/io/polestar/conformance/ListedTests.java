package io.polestar.conformance;

import static org.junit.jupiter.api.extension.ConditionEvaluationResult.disabled;
import static org.junit.jupiter.api.extension.ConditionEvaluationResult.enabled;

import io.polestar.conformance.Listing.Line;
import io.polestar.conformance.Listing.Word;
import java.util.Optional;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Keeps JUnit to the {@link Listing}; it finds this class as a service. Stateless. */
public final class ListedTests implements ExecutionCondition {
    private static final Listing LISTING = new Listing();
    private static final boolean ALL = Boolean.getBoolean("conformance.all");

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        if (context.getTestClass().isEmpty() || !isKafkas(context.getRequiredTestClass())) {
            return enabled("not of Kafka's");
        }
        Class<?> tests = context.getRequiredTestClass();
        Optional<Line> line = context.getTestMethod()
                .map(method -> LISTING.of(tests, method.getName()))
                .orElseGet(() -> LISTING.of(tests));
        return line.map(ListedTests::of).orElseGet(() -> disabled("not listed"));
    }

    private static boolean isKafkas(Class<?> tests) {
        return tests.getName().startsWith("org.apache.kafka.");
    }

    private static ConditionEvaluationResult of(Line line) {
        boolean runs = line.word() == Word.RUN || line.word() == Word.SLOW && ALL;
        return runs ? enabled(line.reason()) : disabled(line.reason());
    }
}
