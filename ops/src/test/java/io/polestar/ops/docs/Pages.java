package io.polestar.ops.docs;

/** What the generated pages share. */
final class Pages {
    /** Writes them anew when given to the test. */
    static final String WRITE = "polestar.docs.write";

    static final String COMMAND =
            "mvn -B -pl ops -am test -Dtest=PagesTest -Dsurefire.failIfNoSpecifiedTests=false -D" + WRITE + "=true";

    static final String GENERATED = "<!-- Written from the code; edit that and run: " + COMMAND + " -->";

    private Pages() {}
}
