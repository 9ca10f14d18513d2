package io.xengarden.cli.command;

import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;

/**
 * What a command has of its surroundings.
 *
 * @param directory the current directory, which relative file names begin at
 */
public record Streams(InputStream in, PrintStream out, PrintStream err, Path directory) {}
