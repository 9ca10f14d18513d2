package io.xengarden.node.toolstack;

import io.xengarden.node.array.Ownership;
import io.xengarden.node.toolstack.ToolstackCommand.InitialState;
import java.time.Instant;
import java.util.Optional;

/**
 * One life of a domain to begin.
 *
 * @param held its record in the register, when an earlier life has claimed it
 */
record BuildOrder(
    long instance,
    DomainPlan plan,
    Instant startTime,
    InitialState state,
    Optional<Ownership> held) {}
