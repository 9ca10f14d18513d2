/**
 * Save images as files: {@link io.xengarden.node.image.adapter.SaveFile} to write one so that it is
 * there whole or not at all, {@link io.xengarden.node.image.adapter.RestoreFile} to read one.
 *
 * <p>Calls block: they belong on virtual threads. Knows bytes and chunks, nothing of their format.
 */
package io.xengarden.node.image.adapter;
