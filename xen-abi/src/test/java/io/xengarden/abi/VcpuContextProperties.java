package io.xengarden.abi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class VcpuContextProperties {
  /** Every byte survives, those without a field too. */
  @Property(tries = 200)
  void anyImageRoundTrips(@ForAll @Size(value = VcpuContext.SIZE) byte[] image) {
    assertThat(VcpuContext.fromBytes(image).toBytes()).isEqualTo(image);
  }

  @Property
  void anotherSizeIsRefused(@ForAll @IntRange(max = 6000) int size) {
    if (size != VcpuContext.SIZE) {
      assertThatThrownBy(() -> VcpuContext.fromBytes(new byte[size]))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("not 5168");
    }
  }

  @Example
  void everyRegisterLiesWhereXenPutsIt() {
    VcpuContext context = new VcpuContext();
    context.r15 = 15;
    context.rbp = 0xb9;
    context.rbx = 0xb3;
    context.r11 = 11;
    context.r8 = 8;
    context.rax = 0xa;
    context.rcx = 0xc;
    context.rdx = 0xd;
    context.rsi = 0x51;
    context.rdi = 0xd1;
    context.rip = 0x1f;
    context.cs = VcpuContext.FLAT_KERNEL_CS;
    context.savedUpcallMask = 0xff;
    context.rflags = VcpuContext.RFLAGS_IF;
    context.rsp = 0x5f;
    context.ss = VcpuContext.FLAT_KERNEL_SS;
    context.es = 1;
    context.ds = 2;
    context.fs = 3;
    context.gs = 0xffff;
    context.flags = VcpuContext.VGCF_IN_KERNEL | VcpuContext.VGCF_ONLINE;
    context.cr3(0x1000);
    context.gsBaseUser = -1;

    ByteBuffer bytes = ByteBuffer.wrap(context.toBytes()).order(ByteOrder.LITTLE_ENDIAN);
    long[] expected = {15, 0, 0, 0, 0xb9, 0xb3, 11, 0, 0, 8, 0xa, 0xc, 0xd, 0x51, 0xd1, 0, 0x1f};
    for (int i = 0; i < expected.length; i++) {
      assertThat(bytes.getLong(520 + 8 * i)).as("user_regs word " + i).isEqualTo(expected[i]);
    }
    assertThat(bytes.getLong(520 + 136)).as("cs, saved mask").isEqualTo(0xff_0000_e033L);
    assertThat(bytes.getLong(520 + 144)).as("rflags").isEqualTo(0x200);
    assertThat(bytes.getLong(520 + 152)).as("rsp").isEqualTo(0x5f);
    long[] selectors = {0xe02b, 1, 2, 3, 0xffff};
    for (int i = 0; i < selectors.length; i++) {
      assertThat(bytes.getLong(520 + 160 + 8 * i)).as("selector " + i).isEqualTo(selectors[i]);
    }
    assertThat(bytes.getLong(512)).as("flags").isEqualTo(0x24);
    assertThat(bytes.getLong(4984 + 24)).as("cr3").isEqualTo(0x1000);
    assertThat(bytes.getLong(5160)).as("gs_base_user").isEqualTo(-1);
  }

  @Example
  void aCopyIsItsOwn() {
    VcpuContext context = new VcpuContext();
    context.rip = 1;
    VcpuContext copy = context.copy();
    copy.rip = 2;
    copy.cr3(3);

    assertThat(context.rip).isEqualTo(1);
    assertThat(context.cr3()).isZero();
    assertThat(new VcpuContext().toBytes()).as("the shared empty image").containsOnly(0);
  }
}
