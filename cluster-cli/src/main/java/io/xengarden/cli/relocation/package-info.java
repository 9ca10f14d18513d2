/**
 * Save, restore and migrate as both dialects do them: {@link
 * io.xengarden.cli.relocation.Relocations} makes the calls, {@link
 * io.xengarden.cli.relocation.ProgressDisplay} shows how far they are. Must not know how a dialect
 * words its failures.
 */
package io.xengarden.cli.relocation;
