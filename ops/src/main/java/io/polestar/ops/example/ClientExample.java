package io.polestar.ops.example;

import io.polestar.client.Hub;
import java.io.PrintWriter;

/** One thing that the client library does, in a few lines to copy. */
interface ClientExample {
    void run(Hub hub, PrintWriter out) throws Exception;
}
