package io.polestar.client.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Guesses which name a misspelt one was meant to be. */
public final class NearestName {

    private NearestName() {}

    /** The name that needs the fewest edits, if they are at most half of it. */
    public static Optional<String> of(String misspelt, Collection<String> names) {
        return names.stream()
                .min(Comparator.comparingInt((String name) -> edits(misspelt, name))
                        .thenComparing(Comparator.naturalOrder()))
                .filter(nearest -> edits(misspelt, nearest) * 2 <= misspelt.length());
    }

    /** Levenshtein distance without regard to case, one row at a time. */
    private static int edits(String one, String other) {
        String a = one.toLowerCase(Locale.ROOT);
        String b = other.toLowerCase(Locale.ROOT);
        int[] row = new int[b.length() + 1];
        for (int j = 0; j < row.length; j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j < row.length; j++) {
                int replaced = a.charAt(i - 1) == b.charAt(j - 1) ? diagonal : diagonal + 1;
                diagonal = row[j];
                row[j] = Math.min(replaced, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.length()];
    }
}
