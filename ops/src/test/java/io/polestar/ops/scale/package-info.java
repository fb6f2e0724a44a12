/** How Polestar bears many topics and much data; larger by a flag than in every build. */
package io.polestar.ops.scale;
