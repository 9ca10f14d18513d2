package io.xengarden.node.toolstack;

import io.xengarden.domain.CapturedState;
import io.xengarden.domain.DomainSetup;
import io.xengarden.domain.builder.BuildSpec;
import io.xengarden.domain.builder.BuiltDomain;
import io.xengarden.domain.builder.DomainBuilder;
import io.xengarden.hypervisor.XenDomain;

/** Puts a planned kernel, or a guest from elsewhere, into a domain. */
final class GuestBuilder {
  private final Services services;

  GuestBuilder(Services services) {
    this.services = services;
  }

  /**
   * @throws io.xengarden.domain.builder.BuildFailed when it does not fit
   */
  DomainSetup build(XenDomain xen, DomainPlan plan) {
    BuildSpec spec =
        new BuildSpec(
            plan.kernel(), plan.config().getCmdline(), xen.pages(), plan.config().getVcpus());
    Services.Inputs inputs = services.inputs();
    return setup(xen, plan, DomainBuilder.build(xen, spec, inputs.wallClock(), inputs.random()));
  }

  /**
   * Around pages that are in memory already.
   *
   * @throws io.xengarden.domain.builder.BuildFailed when they are not those of a suspended guest
   */
  DomainSetup restore(XenDomain xen, DomainPlan plan, CapturedState state) {
    return setup(xen, plan, DomainBuilder.restore(xen, state, services.inputs().wallClock()));
  }

  private DomainSetup setup(XenDomain xen, DomainPlan plan, BuiltDomain built) {
    Services.Inputs inputs = services.inputs();
    return new DomainSetup(
        xen,
        built,
        plan.kernel(),
        services.actors().hypervisor(),
        inputs.clock(),
        inputs.guestMode());
  }
}
