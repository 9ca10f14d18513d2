/**
 * Configuration files of xl and xm, and the small languages inside their values: disks, vifs, cpu
 * lists, sizes. {@link io.xengarden.cli.config.DomainConfigReader} is the way from text to the
 * wire's {@code DomainConfig}. Everything here is a pure function of its text: any bytes give a
 * value or one {@link io.xengarden.cli.config.ConfigError} that says where; files are opened
 * elsewhere.
 */
package io.xengarden.cli.config;
