package io.xengarden.node.array.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xengarden.node.array.HostRecord;
import io.xengarden.node.array.Ownership;
import io.xengarden.node.array.RegisterEntry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileJournalTest {
  @TempDir Path folder;

  private static final List<RegisterEntry> ENTRIES =
      List.of(
          new RegisterEntry.FormerClaimed("host1"),
          new RegisterEntry.HostAnnounced(
              new HostRecord(
                  "host1",
                  3,
                  "a process",
                  new HostRecord.Addresses("127.0.0.1:7651", "akka://m@127.0.0.1:1"),
                  new HostRecord.Machine(8, 16384))),
          new RegisterEntry.OwnershipPut(
              new Ownership(
                  UUID.fromString("6f1e7a52-0000-4000-8000-000000000001"),
                  "host1",
                  3,
                  7,
                  "attempt-1",
                  new Ownership.Description("web", 524288, 2))),
          new RegisterEntry.OwnershipRemoved(new UUID(4, 2), 9));

  @Test
  void whatWasAppendedIsLoadedInOrder() throws IOException {
    assertThat(writeEntries()).isEqualTo(ENTRIES);
  }

  /** A crash may cut the last record anywhere; what came before was answered and must stand. */
  @Test
  void aLastRecordTornAtAnyByteIsCutOffAndTheNextAppendFollowsTheGoodOnes() throws IOException {
    writeEntries();
    byte[] whole = Files.readAllBytes(file());
    int lastStart = lastRecordStart(whole);
    for (int length = lastStart; length < whole.length; length++) {
      Files.write(file(), Arrays.copyOf(whole, length));
      try (FileJournal journal = FileJournal.open(file())) {
        assertThat(journal.load()).isEqualTo(ENTRIES.subList(0, 3));
        journal.append(ENTRIES.get(3));
      }
      try (FileJournal journal = FileJournal.open(file())) {
        assertThat(journal.load()).as("torn at %d", length).isEqualTo(ENTRIES);
      }
    }
  }

  @Test
  void zerosBehindTheLastRecordAreNoEntries() throws IOException {
    writeEntries();
    byte[] whole = Files.readAllBytes(file());
    Files.write(file(), Arrays.copyOf(whole, whole.length + 100));
    try (FileJournal journal = FileJournal.open(file())) {
      assertThat(journal.load()).isEqualTo(ENTRIES);
    }
  }

  @Test
  void aFlippedBitBeforeTheLastRecordIsRefusedByPlace() throws IOException {
    writeEntries();
    byte[] whole = Files.readAllBytes(file());
    whole[9] ^= 1;
    Files.write(file(), whole);
    try (FileJournal journal = FileJournal.open(file())) {
      assertThatThrownBy(journal::load)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("damaged at byte 0: checksum");
    }
  }

  @Test
  void compactionReplacesTheFileAndAppendsGoOn() throws IOException {
    writeEntries();
    try (FileJournal journal = FileJournal.open(file())) {
      journal.load();
      journal.compact(ENTRIES.subList(2, 3));
      assertThat(journal.entryCount()).isEqualTo(1);
      journal.append(ENTRIES.get(0));
    }
    try (FileJournal journal = FileJournal.open(file())) {
      assertThat(journal.load()).containsExactly(ENTRIES.get(2), ENTRIES.get(0));
    }
  }

  private List<RegisterEntry> writeEntries() throws IOException {
    try (FileJournal journal = FileJournal.open(file())) {
      journal.load();
      for (RegisterEntry entry : ENTRIES) {
        journal.append(entry);
      }
    }
    try (FileJournal journal = FileJournal.open(file())) {
      return journal.load();
    }
  }

  private static int lastRecordStart(byte[] whole) {
    int at = 0;
    for (int i = 0; i < ENTRIES.size() - 1; i++) {
      at += 8 + EntryCodec.encode(ENTRIES.get(i)).length;
    }
    assertThat(at).isLessThan(whole.length);
    return at;
  }

  private Path file() {
    return folder.resolve("register.journal");
  }
}
