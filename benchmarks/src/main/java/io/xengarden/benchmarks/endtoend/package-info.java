/**
 * What a user would time, beside what the same machine does without us, in the same run: {@link
 * io.xengarden.benchmarks.endtoend.EndToEnd} starts hosts by the launcher, drives them by commands
 * and gRPC, and prints a table. It knows nothing of the inside of a host.
 */
package io.xengarden.benchmarks.endtoend;
