/**
 * Talking to hosts: {@link io.xengarden.cli.toolstack.Hosts} finds the one that has a domain,
 * {@link io.xengarden.cli.toolstack.HostConnection} calls its gRPC service, and every failure
 * arrives as one {@link io.xengarden.cli.toolstack.ToolstackFailure}. It does not know which
 * dialect will word it.
 */
package io.xengarden.cli.toolstack;
