/**
 * The xm dialect of Xen 4.1: {@link io.xengarden.cli.xm.Xm} and its commands, with xm's option
 * rules, output columns, error words and exit codes. It asks hosts only through {@code toolstack}
 * and knows nothing of xl.
 */
package io.xengarden.cli.xm;
