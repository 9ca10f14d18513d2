package io.xengarden.abi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.Collectors;
import java.util.stream.Stream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Numbers and names that cross the border, known and unknown. */
class NumbersProperties {
  @Example
  void errorsAreFoundByNumberAndName() {
    for (Errno errno : Errno.values()) {
      assertThat(Errno.of(errno.number())).isEqualTo(errno);
      assertThat(Errno.parse(errno.name())).isEqualTo(errno);
    }
    assertThat(Errno.ENOSYS.result()).isEqualTo(-38);
    assertThat(Errno.parse("EWHAT")).isEqualTo(Errno.EINVAL);
    assertThatThrownBy(() -> Errno.of(0)).isInstanceOf(IllegalArgumentException.class);
  }

  @Property
  void aShutdownReasonNobodyKnowsIsACrash(@ForAll int number) {
    ShutdownReason reason = ShutdownReason.of(number);
    assertThat(reason.number() == number || reason == ShutdownReason.CRASH).isTrue();
  }

  @Example
  void theLettersOfXlListInTheOrderOfTheNumbers() {
    String letters =
        Stream.of(0, 1, 2, 3, 4, 5)
            .map(number -> String.valueOf(ShutdownReason.of(number).letter()))
            .collect(Collectors.joining());
    assertThat(letters).isEqualTo("-rscwS");
  }

  @Property
  void aVirqIsFoundByItsNumberOrNotAtAll(@ForAll int number) {
    Virq.of(number)
        .ifPresent(virq -> assertThat(virq.number()).isEqualTo(number).isLessThan(Virq.NR_VIRQS));
    assertThat(Virq.of(3)).contains(Virq.DOM_EXC);
    assertThat(Virq.of(5)).as("a gap in the numbers").isEmpty();
  }

  @Property
  void aGrantStatusIsItsCodeOrAGeneralError(@ForAll int code) {
    GrantStatus status = GrantStatus.of(code);
    assertThat(status.code() == code || status == GrantStatus.GENERAL_ERROR).isTrue();
    assertThat(GrantStatus.of(-13)).isEqualTo(GrantStatus.NO_SPACE);
    assertThat(GrantStatus.of(-14)).isEqualTo(GrantStatus.GENERAL_ERROR);
    assertThat(GrantStatus.of(Integer.MIN_VALUE)).isEqualTo(GrantStatus.GENERAL_ERROR);
  }

  @Property
  void aXenstoreTypeIsItsNumberOrInvalid(@ForAll int number) {
    XenstoreOp op = XenstoreOp.of(number);
    assertThat(op.number() == number || op == XenstoreOp.INVALID).isTrue();
    assertThat(XenstoreOp.of(20)).as("withdrawn: RESTRICT").isEqualTo(XenstoreOp.INVALID);
    assertThat(XenstoreOp.of(26)).isEqualTo(XenstoreOp.SET_QUOTA);
    assertThat(XenstoreOp.of(16)).isEqualTo(XenstoreOp.ERROR);
  }

  @Property
  void aDomidHasFifteenBits(@ForAll int value) {
    if (value >= 0 && value <= 0x7fff) {
      assertThat(Domid.of(value).isOrdinary()).isEqualTo(value < 0x7ff0);
      assertThat(Domid.of(value)).hasToString(Integer.toString(value));
    } else {
      assertThatThrownBy(() -> Domid.of(value)).isInstanceOf(IllegalArgumentException.class);
    }
  }
}
