/** The pages under docs/ that are written from the code, and the test that they are up to date. */
package io.polestar.ops.docs;
