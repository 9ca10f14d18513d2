package io.xengarden.node.array;

import java.util.ArrayList;
import java.util.List;

/** Durable for as long as it is referred to: for simulations, where a crash keeps the object. */
public final class MemoryJournal implements Journal {
  private List<RegisterEntry> entries = new ArrayList<>();

  @Override
  public List<RegisterEntry> load() {
    return List.copyOf(entries);
  }

  @Override
  public void append(RegisterEntry entry) {
    entries.add(entry);
  }

  @Override
  public long entryCount() {
    return entries.size();
  }

  @Override
  public void compact(List<RegisterEntry> snapshot) {
    entries = new ArrayList<>(snapshot);
  }
}
