package io.xengarden.hypervisor;

import io.xengarden.abi.Domid;
import io.xengarden.hypervisor.evtchn.EventChannels;
import io.xengarden.hypervisor.evtchn.EventInbox;
import io.xengarden.hypervisor.gnttab.GrantTable;
import io.xengarden.machine.GuestMemory;
import java.util.UUID;

/**
 * What belongs to one domain: handed by the hypervisor to whoever builds it, then to the actor that
 * runs it. One owner at a time; the owner alone maps memory, changes ports and writes shared_info.
 *
 * @param memory pseudo-physical memory: gfn 0 to {@code pages - 1} are RAM; the owner maps
 *     shared_info and grant frames above them
 * @param sharedInfo the shared_info page, addresses 0 to 4095
 * @param sharedInfoMfn its frame, to be mapped where the guest looks for it
 * @param grants the grant table; its frames' mfns are {@code grants.frameMfn(i)}
 * @param events the ports
 * @param inbox where raised events arrive from other threads
 */
public record XenDomain(
    Domid domid,
    UUID handle,
    int maxVcpus,
    long pages,
    GuestMemory memory,
    GuestMemory sharedInfo,
    long sharedInfoMfn,
    GrantTable grants,
    EventChannels events,
    EventInbox inbox) {}
