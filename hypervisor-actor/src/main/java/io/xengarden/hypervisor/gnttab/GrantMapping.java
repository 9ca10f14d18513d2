package io.xengarden.hypervisor.gnttab;

import io.xengarden.machine.PageView;

/** One mapped grant. Closing unmaps it, once; the page must not be touched afterwards. */
public interface GrantMapping extends AutoCloseable {
  PageView page();

  @Override
  void close();
}
