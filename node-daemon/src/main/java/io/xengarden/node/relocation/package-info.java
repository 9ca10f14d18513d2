/**
 * Domains that leave and arrive: save, restore and migration. {@code Relocation} starts a flow for
 * each, in {@code save} or {@code migration}; the toolstack puts one domain's life into a flow's
 * hands until it gives it back.
 *
 * <p>Must not know gRPC or files: those are adapters behind {@code MigrationLinks} and {@code
 * SaveFiles}, so that simulation runs the same flows. Each step where a crash may fall has a name:
 * {@link io.xengarden.node.relocation.CrashPoint}.
 */
package io.xengarden.node.relocation;
