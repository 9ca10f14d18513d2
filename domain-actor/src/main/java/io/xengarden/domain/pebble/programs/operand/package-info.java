/**
 * What a program gets and gives: its {@link io.xengarden.domain.pebble.programs.operand.Arguments},
 * sizes and times in them, the texts of errors, and the {@link
 * io.xengarden.domain.pebble.programs.operand.Output} of one that only prints.
 *
 * <p>Knows no program.
 */
package io.xengarden.domain.pebble.programs.operand;
