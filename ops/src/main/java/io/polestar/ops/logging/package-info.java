/** How log lines look and where they go, set up in code: reading a logback.xml would cost a tenth of the start-up time. */
package io.polestar.ops.logging;
