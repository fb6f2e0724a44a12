/** The command line and everything around the server: examples, benchmarks, packaging. May import all modules. */
package io.polestar.ops;
