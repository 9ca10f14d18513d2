/**
 * The command line: {@link io.xengarden.cli.Main} is the process, {@link
 * io.xengarden.cli.Xengarden} finds the command. Every command is a gRPC client and nothing else,
 * but for those that start, end and signal the processes of a local cluster. No class of the daemon
 * is known here.
 */
package io.xengarden.cli;
