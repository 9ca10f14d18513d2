package io.xengarden.network;

/**
 * What went through one interface since its backend was made, as its guest sees it.
 *
 * @param txPackets sent by the guest and taken
 * @param txErrors refused: what the guest asked for could not be
 * @param rxPackets put into the guest's pages
 * @param rxErrors answered with an error: the guest's page could not be written
 * @param rxDropped dropped since the guest gave no room, or too little
 */
public record VifCounters(
    long txPackets,
    long txBytes,
    long txErrors,
    long rxPackets,
    long rxBytes,
    long rxErrors,
    long rxDropped) {}
