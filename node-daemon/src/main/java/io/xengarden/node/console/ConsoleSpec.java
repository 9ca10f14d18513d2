package io.xengarden.node.console;

import io.xengarden.abi.Domid;

/**
 * A console to open.
 *
 * @param name the domain's, for the log
 * @param port the guest's event channel, unbound for dom0
 */
public record ConsoleSpec(Domid domid, String name, int port) {}
