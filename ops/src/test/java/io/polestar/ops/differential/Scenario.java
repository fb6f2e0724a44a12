package io.polestar.ops.differential;

/** A conversation that is held with both brokers in the same words. */
record Scenario(String name, Script script) {
    /** What is said; the topics and groups it uses are its own. */
    interface Script {
        void play(Session session) throws Exception;
    }
}
