package io.xengarden.abi;

import java.util.Optional;

/** Virtual interrupts that Xen raises. Source: xen/include/public/xen.h. */
public enum Virq {
  TIMER(0, Scope.VCPU),
  DEBUG(1, Scope.VCPU),
  CONSOLE(2, Scope.GLOBAL),
  DOM_EXC(3, Scope.GLOBAL),
  TBUF(4, Scope.GLOBAL),
  DEBUGGER(6, Scope.GLOBAL),
  XENOPROF(7, Scope.VCPU),
  CON_RING(8, Scope.GLOBAL),
  PCPU_STATE(9, Scope.GLOBAL),
  MEM_EVENT(10, Scope.GLOBAL),
  ARGO(11, Scope.GLOBAL),
  ENOMEM(12, Scope.GLOBAL),
  XENPMU(13, Scope.VCPU);

  /** Numbers from here on are invalid, those between the named ones unused. */
  public static final int NR_VIRQS = 24;

  /** Who a virq is for: bound once on each vCPU, or once in the domain that has it. */
  public enum Scope {
    VCPU,
    GLOBAL
  }

  private final int number;
  private final Scope scope;

  Virq(int number, Scope scope) {
    this.number = number;
    this.scope = scope;
  }

  public int number() {
    return number;
  }

  public Scope scope() {
    return scope;
  }

  /** The virq of this number, or empty. */
  public static Optional<Virq> of(int number) {
    for (Virq virq : values()) {
      if (virq.number == number) {
        return Optional.of(virq);
      }
    }
    return Optional.empty();
  }
}
