/**
 * A domain's move from host to host: {@code MigrationSource} and {@code MigrationTarget}, one of
 * each per move, with a {@link io.xengarden.node.relocation.migration.MigrationLink} between them
 * and the register's compare-and-swap as the one moment in which the domain changes hands.
 *
 * <p>Must not know gRPC. Whoever does not know an outcome makes it impossible first, by a swap that
 * raises the epoch; nobody decides by reading.
 */
package io.xengarden.node.relocation.migration;
