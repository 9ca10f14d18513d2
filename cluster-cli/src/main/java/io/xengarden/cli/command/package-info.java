/**
 * What xl, xm and our own commands share: the {@link io.xengarden.cli.command.Session} a command
 * runs in, the {@link io.xengarden.cli.command.CommandTable} of both dialects, and pieces of
 * commands that differ only in wording. It prints nothing by itself.
 */
package io.xengarden.cli.command;
