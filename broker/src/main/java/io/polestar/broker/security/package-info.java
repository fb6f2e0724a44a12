/** Who may do what. */
package io.polestar.broker.security;
