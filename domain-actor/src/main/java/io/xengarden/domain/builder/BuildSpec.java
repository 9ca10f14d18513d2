package io.xengarden.domain.builder;

import io.xengarden.domain.KernelImage;

/**
 * What is to be built.
 *
 * @param cmdline at most 1023 bytes of UTF-8, no NUL
 * @param pages the domain's RAM
 * @param vcpus at most those the domain was created with, and at most 32
 */
public record BuildSpec(KernelImage kernel, String cmdline, long pages, int vcpus) {}
