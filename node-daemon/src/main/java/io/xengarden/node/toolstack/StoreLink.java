package io.xengarden.node.toolstack;

import akka.actor.typed.ActorRef;
import io.xengarden.hypervisor.HypervisorCommand;
import io.xengarden.hypervisor.HypervisorCommand.CloseDom0Port;
import io.xengarden.hypervisor.gnttab.GrantMapping;

/**
 * What dom0 holds of a domain so that xenstored can serve it: the mapped ring page and the port.
 * Let go once, after the store has let go of the page.
 */
record StoreLink(GrantMapping page, int port) {
  void letGo(ActorRef<HypervisorCommand> hypervisor) {
    page.close();
    hypervisor.tell(new CloseDom0Port(port));
  }
}
