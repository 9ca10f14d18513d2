/**
 * Text as commands print and read it: printf's columns, JSON, xend's S-expressions, getopt. Nothing
 * here knows of domains or hosts, and nothing uses {@code String.format}: its start-up time is
 * noticeable in a command that lives for a tenth of a second.
 */
package io.xengarden.cli.text;
