package io.polestar.client.config;

import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Puts environment variables into a config's texts: {@code ${NAME}}, or {@code ${NAME:default}} if it may be absent. */
final class Environment {
    private static final Pattern REFERENCE = Pattern.compile("\\$\\{([A-Za-z_][A-Za-z0-9_]*)(?::([^}]*))?}");

    private final UnaryOperator<String> variables;

    /** @param variables gives a variable's value by its name, null if there is none */
    Environment(UnaryOperator<String> variables) {
        this.variables = variables;
    }

    /** @throws InvalidOptionException if a variable without a default is absent */
    String expand(String option, String text) {
        return REFERENCE
                .matcher(text)
                .replaceAll(reference -> Matcher.quoteReplacement(value(option, text, reference)));
    }

    private String value(String option, String text, java.util.regex.MatchResult reference) {
        String value = variables.apply(reference.group(1));
        String chosen = value == null ? reference.group(2) : value;
        if (chosen == null) {
            throw new InvalidOptionException("option " + option + " = " + text + ": the environment has no "
                    + reference.group(1) + "; set it or write a default after ':'");
        }
        return chosen;
    }
}
