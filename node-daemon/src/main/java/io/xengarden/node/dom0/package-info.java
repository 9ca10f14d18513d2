/**
 * Domain 0 as the toolstack and the guests see it: its nodes in xenstore, and the backends it
 * keeps. Main type: {@link io.xengarden.node.dom0.Dom0}. It learns of devices from xenstore only,
 * never from the toolstack, and knows nothing of how a backend works.
 */
package io.xengarden.node.dom0;
