/**
 * Where frames leave the process: {@link io.xengarden.network.adapter.PcapFile} writes what a
 * bridge's tap saw into a capture file, on a thread of its own.
 */
package io.xengarden.network.adapter;
