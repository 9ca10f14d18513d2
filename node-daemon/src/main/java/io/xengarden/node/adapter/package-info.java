/**
 * What a host is on a real machine: its clock, timers, threads and files. The only package of the
 * daemon, beside {@code grpc} and the main class, that may touch them; actors see the ports that it
 * implements.
 */
package io.xengarden.node.adapter;
