/**
 * The xl dialect: {@link io.xengarden.cli.xl.Xl} and its commands, with xl's option rules, output
 * columns, error words and exit codes. It asks hosts only through {@code toolstack} and knows
 * nothing of xm.
 */
package io.xengarden.cli.xl;
