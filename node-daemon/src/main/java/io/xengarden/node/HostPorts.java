package io.xengarden.node;

import io.xengarden.domain.GuestMode;
import io.xengarden.domain.KernelImages;
import io.xengarden.machine.HostClock;
import io.xengarden.node.console.ConsoleLogs;
import io.xengarden.storage.BlockImages;
import java.time.InstantSource;
import java.util.random.RandomGenerator;

/**
 * Everything that reaches a host from outside: time, chance and disks (law 5). Production and
 * simulation differ in these and in nothing else.
 *
 * @param clock monotonic; what guests' clocks run by
 * @param wallClock the time of day
 * @param kernels the kernels that can be built in
 * @param guestMode NORMAL, but in tests
 */
public record HostPorts(
    HostClock clock,
    InstantSource wallClock,
    RandomGenerator random,
    BlockImages images,
    ConsoleLogs consoleLogs,
    KernelImages kernels,
    GuestMode guestMode) {}
