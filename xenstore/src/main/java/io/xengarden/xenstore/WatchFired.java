package io.xengarden.xenstore;

/**
 * Something changed at or below a watched path, or the watch was just set.
 *
 * @param path what changed
 * @param token the watch's
 */
public record WatchFired(String path, String token) {}
