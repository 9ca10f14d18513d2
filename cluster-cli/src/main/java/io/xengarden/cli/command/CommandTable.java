package io.xengarden.cli.command;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The commands of one dialect, in the order its help shows them. */
public final class CommandTable {
  /** dialects | name | least arguments | support | arguments | summary. */
  private static final String ROWS =
      """
      xl    |create          |0|BUILT|<ConfigFile> [options] [vars]|Create a domain from config file <filename>
      xm    |create          |0|BUILT|<ConfigFile> [options] [vars]|Create a domain based on <ConfigFile>
      xm    |new             |0|LATER|<ConfigFile> [options] [vars]|Adds a domain to Xend domain management
      xm    |delete          |1|LATER|<DomainName>|Remove a domain from Xend domain management
      xm    |start           |1|LATER|<DomainName>|Start a Xend managed domain
      xl    |config-update   |1|LATER|<Domain> <ConfigFile> [options] [vars]|Update a running domain's saved configuration
      xl    |list            |0|BUILT|[options] [Domain]|List information about all/some domains
      xm    |list            |0|BUILT|[options] [Domain, ...]|List information about all/some domains
      xl,xm |destroy         |1|BUILT|<Domain>|Terminate a domain immediately
      xl    |shutdown        |0|BUILT|[options] <-a|Domain>|Issue a shutdown signal to a domain
      xm    |shutdown        |1|BUILT|<Domain> [-waRH]|Shutdown a domain
      xl    |reboot          |0|BUILT|[options] <-a|Domain>|Issue a reboot signal to a domain
      xm    |reboot          |1|BUILT|<Domain> [-wa]|Reboot a domain
      xm    |reset           |1|LATER|<Domain>|Reset a domain
      xl,xm |pause           |1|BUILT|<Domain>|Pause execution of a domain
      xl,xm |unpause         |1|BUILT|<Domain>|Unpause a paused domain
      xl    |console         |1|BUILT|[options] <Domain>|Attach to domain's console
      xm    |console         |1|BUILT|[-q|--quiet] <Domain>|Attach to <Domain>'s console
      xl    |vncviewer       |1|LATER|[--autopass] <Domain>|Attach to domain's VNC server
      xm    |vncviewer       |1|LATER|<Domain>|Attach to <Domain>'s VNC server
      xl    |save            |2|BUILT|[options] <Domain> <CheckpointFile> [<ConfigFile>]|Save a domain state to restore later
      xm    |save            |2|BUILT|[-c] <Domain> <CheckpointFile>|Save a domain state to restore later
      xl    |restore         |1|BUILT|[options] [<ConfigFile>] <CheckpointFile>|Restore a domain from a saved state
      xm    |restore         |1|BUILT|<CheckpointFile> [-p]|Restore a domain from a saved state
      xl    |migrate         |2|BUILT|[options] <Domain> <host>|Migrate a domain to another host
      xm    |migrate         |2|BUILT|<Domain> <Host>|Migrate a domain to another machine
      xl    |migrate-receive |0|LATER|- for internal use only|Receive a migration
      xl,xm |suspend         |1|LATER|<Domain>|Suspend a domain
      xl,xm |resume          |1|LATER|<Domain>|Resume a domain from suspend
      xl    |dump-core       |2|LATER|<Domain> <filename>|Core dump a domain
      xm    |dump-core       |1|LATER|[-L|--live] [-C|--crash] <Domain> [Filename]|Dump core for a specific domain
      xl    |cd-insert       |3|NEVER|<Domain> <VirtualDevice> <path>|Insert a cdrom into a guest's cd drive
      xl    |cd-eject        |2|NEVER|<Domain> <VirtualDevice>|Eject a cdrom from a guest's cd drive
      xl,xm |mem-max         |2|LATER|<Domain> <Mem>|Set the maximum amount reservation for a domain
      xl,xm |mem-set         |2|LATER|<Domain> <Mem>|Set the current memory usage for a domain
      xl    |button-press    |2|NEVER|<Domain> <Button>|Indicate an ACPI button press to the domain
      xl,xm |vcpu-list       |0|BUILT|[Domain, ...]|List the VCPUs for all/some domains
      xl    |vcpu-pin        |3|LATER|<Domain> <VCPU> <Hard affinity> [<Soft affinity>]|Set which CPUs a VCPU can use
      xm    |vcpu-pin        |3|LATER|<Domain> <VCPU|all> <CPUs|all>|Set which CPUs a VCPU can use
      xl,xm |vcpu-set        |2|LATER|<Domain> <vCPUs>|Set the number of active VCPUs allowed for the domain
      xl    |vm-list         |0|BUILT||List guest domains, excluding dom0, stubdoms, etc.
      xm    |domstate        |1|LATER|<Domain>|Get the state of a domain
      xl    |info            |0|BUILT|[-n] [field]|Get information about Xen host
      xm    |info            |0|BUILT|[-c|--config] [-n|--numa]|Get information about Xen host
      xl    |sharing         |0|LATER|[Domain]|Get information about page sharing
      xl    |claims          |0|LATER||List outstanding claim information about all domains
      xl,xm |sched-credit    |0|LATER|[-d <Domain> [-w[=WEIGHT]|-c[=CAP]]]|Get/set credit scheduler parameters
      xl,xm |sched-credit2   |0|LATER|[-d <Domain> [-w[=WEIGHT]]]|Get/set credit2 scheduler parameters
      xl    |sched-rtds      |0|LATER|[-d <Domain> [-v[=VCPUID]] [-p[=PERIOD]] [-b[=BUDGET]]]|Get/set rtds scheduler parameters
      xm    |sched-sedf      |0|LATER|<Domain> [options]|Get/set EDF parameters
      xl,xm |domid           |1|BUILT|<DomainName>|Convert a domain name to domain id
      xl,xm |domname         |1|BUILT|<DomainId>|Convert a domain id to domain name
      xl    |rename          |2|LATER|<Domain> <NewDomainName>|Rename a domain
      xm    |rename          |2|LATER|<Domain> <NewDomainName>|Rename a domain
      xl,xm |trigger         |2|LATER|<Domain> <nmi|reset|init|power|sleep|s3resume> [<VCPU>]|Send a trigger to a domain
      xl    |sysrq           |2|LATER|<Domain> <letter>|Send a sysrq to a domain
      xm    |sysrq           |2|LATER|<Domain> <letter>|Send a sysrq to a domain
      xl,xm |debug-keys      |1|LATER|<Keys>|Send debug keys to Xen
      xl    |set-parameters  |1|NEVER|<Params>|Set hypervisor parameters
      xl,xm |dmesg           |0|BUILT|[-c]|Read and/or clear dmesg buffer
      xm    |log             |0|LATER||Print Xend log
      xl,xm |top             |0|LATER||Monitor a host and the domains in real time
      xm    |serve           |0|NEVER||Proxy Xend XMLRPC over stdio
      xm    |shell           |0|LATER||Launch an interactive shell
      xm    |event-monitor   |0|NEVER||Monitor for events
      xl,xm |network-attach  |1|LATER|<Domain> [type=<type>] [mac=<mac>] [bridge=<bridge>] [ip=<ip>]|Create a new virtual network device
      xl    |network-list    |1|BUILT|<Domain(s)>|List virtual network interfaces for a domain
      xm    |network-list    |1|BUILT|<Domain> [-l|--long]|List virtual network interfaces for a domain
      xl,xm |network-detach  |2|LATER|<Domain> <DevId|mac>|Destroy a domain's virtual network device
      xl    |channel-list    |1|LATER|<Domain(s)>|List virtual channel devices for a domain
      xl    |block-attach    |2|LATER|<Domain> <disk-spec-component(s)>...|Create a new virtual block device
      xm    |block-attach    |4|LATER|<Domain> <BackDev> <FrontDev> <Mode> [BackDomain]|Create a new virtual block device
      xm    |block-configure |4|LATER|<Domain> <BackDev> <FrontDev> <Mode> [BackDomain]|Change block device configuration
      xl    |block-list      |1|BUILT|<Domain(s)>|List virtual block devices for a domain
      xm    |block-list      |1|BUILT|<Domain> [-l|--long]|List virtual block devices for a domain
      xl,xm |block-detach    |2|LATER|<Domain> <DevId> [-f|--force]|Destroy a domain's virtual block device
      xl    |vtpm-attach     |1|NEVER|<Domain> [uuid=<uuid>] [backend=<BackDomain>]|Create a new virtual TPM device
      xl,xm |vtpm-list       |1|NEVER|<Domain(s)>|List virtual TPM devices for a domain
      xl    |vtpm-detach     |2|NEVER|<Domain> <DevId|uuid>|Destroy a domain's virtual TPM device
      xl    |vkb-attach      |1|LATER|<Domain> <vkb-spec-component(s)>...|Create a new virtual keyboard device
      xl    |vkb-list        |1|LATER|<Domain(s)>|List virtual keyboard devices for a domain
      xl    |vkb-detach      |2|LATER|<Domain> <DevId>|Destroy a domain's virtual keyboard device
      xl    |vdispl-attach   |1|NEVER|<Domain> [backend=<BackDomain>] [connectors='<id>:<W>x<H>;...']|Create a new virtual display device
      xl    |vdispl-list     |1|NEVER|<Domain(s)>|List virtual display devices for a domain
      xl    |vdispl-detach   |2|NEVER|<Domain> <DevId>|Destroy a domain's virtual display device
      xl    |vsnd-attach     |1|NEVER|<Domain> <vsnd-spec-component(s)>...|Create a new virtual sound device
      xl    |vsnd-list       |1|NEVER|<Domain(s)>|List virtual sound devices for a domain
      xl    |vsnd-detach     |2|NEVER|<Domain> <DevId>|Destroy a domain's virtual sound device
      xl    |usbctrl-attach  |1|NEVER|<Domain> [type=<type>] [version=<version>] [ports=<number>]|Create a virtual USB controller
      xl    |usbctrl-detach  |2|NEVER|<Domain> <DevId>|Remove the virtual USB controller
      xl    |usbdev-attach   |2|NEVER|<Domain> hostbus=<bus> hostaddr=<addr>|Attach a USB device to a domain
      xl    |usbdev-detach   |3|NEVER|<Domain> <controller> <port>|Detach a USB device from a domain
      xl,xm |usb-list        |1|NEVER|<Domain>|List information about all USB controllers and devices
      xm    |usb-add         |2|NEVER|<Domain> <host:bus.addr|host:vid:pid>|Add the usb device to FV VM
      xm    |usb-del         |2|NEVER|<Domain> <host:bus.addr|host:vid:pid>|Delete the usb device from FV VM
      xm    |usb-attach      |3|NEVER|<Domain> <DevId> <PortNumber> [BusId]|Attach a PVUSB device
      xm    |usb-detach      |3|NEVER|<Domain> <DevId> <PortNumber>|Detach a PVUSB device
      xm    |usb-list-assignable-devices|0|NEVER||List all the assignable USB devices
      xm    |usb-hc-create   |3|NEVER|<Domain> <USBSpecVer> <NumberOfPorts>|Create a PVUSB host controller
      xm    |usb-hc-destroy  |2|NEVER|<Domain> <DevId>|Destroy a PVUSB host controller
      xl,xm |pci-attach      |2|LATER|<Domain> <BDF> [Virtual Slot]|Insert a new pass-through pci device
      xl,xm |pci-detach      |2|LATER|<Domain> <BDF>|Remove a domain's pass-through pci device
      xl,xm |pci-list        |1|LATER|<Domain>|List pass-through pci devices for a domain
      xm    |pci-list-assignable-devices|0|LATER||List all the assignable pci devices
      xl    |pci-assignable-add|1|LATER|<BDF>|Make a device assignable for pci-passthru
      xl    |pci-assignable-remove|1|LATER|[options] <BDF>|Remove a device from being assignable
      xl    |pci-assignable-list|0|LATER||List all the assignable pci devices
      xm    |network2-attach |1|NEVER|<Domain> [--front_mac=<mac>]|Create a new version 2 virtual network device
      xm    |network2-detach |2|NEVER|<Domain> <DevId>|Destroy a domain's version 2 virtual network device
      xm    |network2-list   |1|NEVER|<Domain> [-l|--long]|List version 2 virtual network interfaces for a domain
      xm    |vnet-list       |0|NEVER|[-l|--long]|List Vnets
      xm    |vnet-create     |1|NEVER|<ConfigFile>|Create a vnet from ConfigFile
      xm    |vnet-delete     |1|NEVER|<VnetId>|Delete a Vnet
      xm    |scsi-attach     |3|NEVER|<Domain> <PhysDevice> <VirtDevice> [BackDomain]|Attach a new SCSI device
      xm    |scsi-detach     |2|NEVER|<Domain> <VirtDevice>|Detach a specified SCSI device
      xm    |scsi-list       |1|NEVER|<Domain> [--long]|List all SCSI devices currently attached
      xl,xm |uptime          |0|BUILT|[-s] [Domain]|Print uptime for all/some domains
      xl    |cpupool-create  |0|LATER|[options] [<ConfigFile>] [Variable=Value ...]|Create a new CPU pool
      xm    |cpupool-create  |1|LATER|<ConfigFile> [vars]|Create a CPU pool based an ConfigFile
      xm    |cpupool-new     |1|LATER|<ConfigFile> [vars]|Adds a CPU pool to Xend CPU pool management
      xm    |cpupool-start   |1|LATER|<CPU Pool>|Starts a Xend CPU pool
      xl,xm |cpupool-list    |0|LATER|[-c|--cpus] [<CPU Pool>]|List CPU pools on host
      xl,xm |cpupool-destroy |1|LATER|<CPU Pool>|Deactivates a CPU pool
      xm    |cpupool-delete  |1|LATER|<CPU Pool>|Removes a CPU pool from Xend management
      xl    |cpupool-rename  |2|LATER|<CPU Pool> <new name>|Renames a CPU pool
      xl,xm |cpupool-cpu-add |2|LATER|<CPU Pool> <CPU nr>|Adds a CPU to a CPU pool
      xl,xm |cpupool-cpu-remove|2|LATER|<CPU Pool> <CPU nr>|Removes a CPU from a CPU pool
      xl,xm |cpupool-migrate |2|LATER|<Domain> <CPU Pool>|Moves a domain into a CPU pool
      xl    |cpupool-numa-split|0|LATER||Splits up the machine into one CPU pool per NUMA node
      xm    |tmem-list       |0|NEVER|[-l|--long] [<Domain>|-a|--all]|List tmem pools
      xm    |tmem-thaw       |0|NEVER|[<Domain>|-a|--all]|Thaw tmem pools
      xm    |tmem-freeze     |0|NEVER|[<Domain>|-a|--all]|Freeze tmem pools
      xm    |tmem-destroy    |0|NEVER|[<Domain>|-a|--all]|Destroy tmem pools
      xm    |tmem-set        |0|NEVER|[<Domain>|-a|--all] [weight=<weight>] [cap=<cap>] [compress=<compress>]|Change tmem settings
      xm    |tmem-freeable   |0|NEVER||Print freeable tmem (in MiB)
      xm    |tmem-shared-auth|0|NEVER|[<Domain>|-a|--all] [--uuid=<uuid>] [--auth=<0|1>]|De/authenticate shared tmem pool
      xm    |addlabel        |2|NEVER|<label> {dom <ConfigFile>|res <resource>|mgt <managed domain>}|Add security label to domain
      xm    |rmlabel         |1|NEVER|{dom <ConfigFile>|res <Resource>|mgt <managed domain>}|Remove a security label from domain
      xm    |getlabel        |1|NEVER|{dom <ConfigFile>|res <Resource>|mgt <managed domain>}|Show security label for domain or resource
      xm    |dry-run         |1|NEVER|<ConfigFile>|Test if a domain can access its resources
      xm    |resources       |0|NEVER||Show info for each labeled resource
      xm    |dumppolicy      |0|NEVER||Print hypervisor ACM state information
      xm    |setpolicy       |1|NEVER|<policytype> <policyfile> [options]|Set the policy of the system
      xm    |resetpolicy     |0|NEVER||Set the policy of the system to the default policy
      xm    |getpolicy       |0|NEVER|[options]|Get the policy of the system
      xm    |labels          |0|NEVER|[policy] [type=dom|res|any]|List <type> labels for (active) policy
      xl    |remus           |1|LATER|[options] <Domain> [<host>]|Enable Remus HA for domain
      xl    |devd            |0|NEVER|[options]|Daemon that listens for devices and launches backends
      xl    |loadpolicy      |1|NEVER|<policy file>|Loads a new policy int the Flask Xen security module
      xl,xm |getenforce      |0|NEVER||Returns the current enforcing mode of the Flask Xen security module
      xl,xm |setenforce      |1|NEVER|<1|0|Enforcing|Permissive>|Sets the current enforcing mode of the Flask Xen security module
      xl    |psr-hwinfo      |0|NEVER|[options]|Show hardware information for Platform Shared Resource
      xl    |psr-cmt-attach  |1|NEVER|<Domain>|Attach Cache Monitoring Technology service to a domain
      xl    |psr-cmt-detach  |1|NEVER|<Domain>|Detach Cache Monitoring Technology service from a domain
      xl    |psr-cmt-show    |1|NEVER|<PSR-CMT-Type> <Domain>|Show Cache Monitoring Technology information
      xl    |psr-cat-set     |2|NEVER|[options] <Domain> <CBM>|Set cache capacity bitmasks(CBM) for a domain
      xl    |psr-cat-show    |0|NEVER|[options] <Domain>|Show Cache Allocation Technology information
      xl    |psr-mba-set     |2|NEVER|[options] <Domain> <THROTTLING>|Set throttling value (THRTL) for a domain
      xl    |psr-mba-show    |0|NEVER|[options] <Domain>|Show Memory Bandwidth Allocation information
      xl    |qemu-monitor-command|2|NEVER|<Domain> <Command>|Issue a qemu monitor command to the device model of a domain
      xl    |xenstore-quota-get|1|LATER|{<Domain>|-g}|Show xenstore quota
      xl    |xenstore-quota-set|2|LATER|{<Domain>|-g} [<Quota>=<Val>]...|Set xenstore quota
      xl    |dt-overlay      |1|NEVER|add/remove <.dtbo>|Add/Remove a device tree overlay
      xl,xm |help            |0|BUILT|[Command]|Show help
      """;

  private final List<Command> commands = new ArrayList<>();

  private CommandTable(String dialect) {
    for (String row : ROWS.split("\n")) {
      // Arguments may hold bars themselves: they lie between the fourth and the last.
      int last = row.lastIndexOf('|');
      String[] fields = row.substring(0, last).split("\\|", 5);
      if (List.of(fields[0].strip().split(",")).contains(dialect)) {
        commands.add(
            new Command(
                fields[1].strip(),
                Integer.parseInt(fields[2]),
                Command.Support.valueOf(fields[3]),
                fields[4],
                row.substring(last + 1)));
      }
    }
  }

  /** The commands of "xl" or "xm". */
  public static CommandTable of(String dialect) {
    return new CommandTable(dialect);
  }

  public List<Command> commands() {
    return commands;
  }

  /** The command of that name, or the only one whose name begins with it. */
  public Optional<Command> find(String word) {
    Command found = null;
    int matches = 0;
    for (Command command : commands) {
      if (command.name().equals(word)) {
        return Optional.of(command);
      }
      if (command.name().startsWith(word)) {
        found = command;
        matches++;
      }
    }
    return matches == 1 ? Optional.of(found) : Optional.empty();
  }
}
