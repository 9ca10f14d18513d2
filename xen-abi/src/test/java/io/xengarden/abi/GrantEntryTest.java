package io.xengarden.abi;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GrantEntryTest {
  private static final int IN_USE = GrantEntry.READING | GrantEntry.WRITING;
  private final GuestPage page = new GuestPage();
  private final long entry = GrantEntry.at(GuestPage.BASE, GrantEntry.ENTRIES_PER_FRAME - 1);

  @AfterEach
  void close() {
    page.close();
  }

  @Test
  void anEntryIsEightLittleEndianBytes() {
    int header = GrantEntry.header(GrantEntry.PERMIT_ACCESS | GrantEntry.READONLY, 0x7ff0);
    GrantEntry.write(page.memory, entry, header, 0xdeadbeef);

    assertThat(page.memory.read(2 * GuestPage.BASE - 8, 8))
        .as("the last entry of the page")
        .containsExactly(0x05, 0x00, 0xf0, 0x7f, 0xef, 0xbe, 0xad, 0xde);
    assertThat(GrantEntry.flags(GrantEntry.readHeader(page.memory, entry))).isEqualTo(5);
    assertThat(GrantEntry.domid(GrantEntry.readHeader(page.memory, entry))).isEqualTo(0x7ff0);
    assertThat(GrantEntry.readFrame(page.memory, entry)).isEqualTo(0xdeadbeefL);
  }

  @Test
  void endingAccessIsRefusedWhileTheGrantIsInUse() {
    for (int use : new int[] {GrantEntry.READING, GrantEntry.WRITING, IN_USE}) {
      int header = GrantEntry.header(GrantEntry.PERMIT_ACCESS | use, 3);
      GrantEntry.write(page.memory, entry, header, 77);
      byte[] before = page.image();

      assertThat(GrantEntry.endAccess(page.memory, entry)).isFalse();
      assertThat(page.image()).as("a refusal writes nothing").isEqualTo(before);
    }
  }

  @Test
  void endingAccessOfAnIdleGrantFreesTheEntry() {
    GrantEntry.write(page.memory, entry, GrantEntry.header(GrantEntry.PERMIT_ACCESS, 3), 77);

    assertThat(GrantEntry.endAccess(page.memory, entry)).isTrue();
    assertThat(GrantEntry.readHeader(page.memory, entry)).isEqualTo(GrantEntry.INVALID);
  }
}
