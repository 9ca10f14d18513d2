package io.xengarden.node.toolstack;

import io.xengarden.domain.DomainSetup;
import io.xengarden.domain.builder.BuildSpec;
import io.xengarden.domain.builder.BuiltDomain;
import io.xengarden.domain.builder.DomainBuilder;
import io.xengarden.hypervisor.XenDomain;

/** Puts a planned kernel into the memory of a domain. */
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
    BuiltDomain built = DomainBuilder.build(xen, spec, inputs.wallClock(), inputs.random());
    return new DomainSetup(
        xen,
        built,
        plan.kernel(),
        services.actors().hypervisor(),
        inputs.clock(),
        inputs.guestMode());
  }
}
