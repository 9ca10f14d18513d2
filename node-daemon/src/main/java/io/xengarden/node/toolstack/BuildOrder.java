package io.xengarden.node.toolstack;

import io.xengarden.node.toolstack.ToolstackCommand.InitialState;
import java.time.Instant;

/** One life of a domain to begin. */
record BuildOrder(long instance, DomainPlan plan, Instant startTime, InitialState state) {}
