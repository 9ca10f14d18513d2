/**
 * The run that fills the JVM's AOT cache after a build; {@link
 * io.xengarden.cli.rehearsal.Rehearsal} is its main class, and nothing else may use it.
 */
package io.xengarden.cli.rehearsal;
