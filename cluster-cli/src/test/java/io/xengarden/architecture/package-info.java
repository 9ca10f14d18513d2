/**
 * What DESIGN.md promises about the code as a whole, as tests: which module may know which (one
 * table, {@link io.xengarden.architecture.Modules}), and law 5, that time, chance, threads and
 * files are inputs ({@link io.xengarden.architecture.Determinism}).
 *
 * <p>They read the class files of every module on this module's class path, and prove on {@code
 * fixture} that they can fail.
 */
package io.xengarden.architecture;
