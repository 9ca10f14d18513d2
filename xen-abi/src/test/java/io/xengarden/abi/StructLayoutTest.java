package io.xengarden.abi;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** Every offset is where a C compiler would put the field that Xen's header declares. */
class StructLayoutTest {
  @Test
  void eventChannelArguments() throws Exception {
    same(EvtchnOp.AllocUnbound.class, "u16 dom, u16 remote_dom, u32 port");
    same(EvtchnOp.BindInterdomain.class, "u16 remote_dom, u32 remote_port, u32 local_port");
    same(EvtchnOp.BindVirq.class, "u32 virq, u32 vcpu, u32 port");
    same(EvtchnOp.BindIpi.class, "u32 vcpu, u32 port");
    same(EvtchnOp.BindVcpu.class, "u32 port, u32 vcpu");
    same(EvtchnOp.Close.class, "u32 port");
    same(EvtchnOp.Send.class, "u32 port");
    same(EvtchnOp.Unmask.class, "u32 port");
    same(EvtchnOp.Reset.class, "u16 dom");
  }

  @Test
  void eventChannelStatusEndsInAUnion() {
    CStruct interdomain = CStruct.of("u16 dom, u32 port");
    CStruct status = CStruct.of("u16 dom, u32 port, u32 status, u32 vcpu").and("u", interdomain, 1);

    assertThat(EvtchnOp.Status.STATUS).isEqualTo(status.at("status"));
    assertThat(EvtchnOp.Status.VCPU).isEqualTo(status.at("vcpu"));
    assertThat(EvtchnOp.Status.UNBOUND_DOM).isEqualTo(status.at("u"));
    assertThat(EvtchnOp.Status.VIRQ).isEqualTo(status.at("u"));
    assertThat(EvtchnOp.Status.INTERDOMAIN_DOM).isEqualTo(status.at("u") + interdomain.at("dom"));
    assertThat(EvtchnOp.Status.INTERDOMAIN_PORT).isEqualTo(status.at("u") + interdomain.at("port"));
    assertThat(EvtchnOp.Status.SIZE).isEqualTo(status.size());
  }

  @Test
  void schedulerAndVcpuArguments() throws Exception {
    same(SchedOp.Shutdown.class, "u32 reason");
    same(SchedOp.Poll.class, "u64 ports, u32 nr_ports, u64 timeout");
    same(SchedOp.RemoteShutdown.class, "u16 domain_id, u32 reason");
    same(SchedOp.Watchdog.class, "u32 id, u32 timeout");
    same(VcpuOp.RunstateInfo.class, "u32 state, u64 state_entry_time, u64 time[4]");
    same(VcpuOp.RegisterRunstate.class, "u64 address");
    same(VcpuOp.SetPeriodicTimer.class, "u64 period_ns");
    same(VcpuOp.SetSingleshotTimer.class, "u64 timeout_abs_ns, u32 flags");
    same(VcpuOp.RegisterVcpuInfo.class, "u64 mfn, u32 offset, u32 rsvd");
  }

  @Test
  void grantTableArguments() throws Exception {
    same(
        GnttabOp.MapGrantRef.class,
        "u64 host_addr, u32 flags, u32 ref, u16 dom, u16 status, u32 handle, u64 dev_bus_addr");
    same(GnttabOp.UnmapGrantRef.class, "u64 host_addr, u64 dev_bus_addr, u32 handle, u16 status");
    same(GnttabOp.SetupTable.class, "u16 dom, u32 nr_frames, u16 status, u64 frame_list");
    same(GnttabOp.QuerySize.class, "u16 dom, u32 nr_frames, u32 max_nr_frames, u16 status");
    same(GnttabOp.SetVersion.class, "u32 version");
    same(GnttabOp.GetVersion.class, "u16 dom, u32 version");
  }

  @Test
  void grantCopyHasTwoEndsOfSixteenBytes() {
    CStruct end = CStruct.of("u64 u, u16 domid, u16 offset");
    CStruct copy =
        CStruct.of("u64 align[0]")
            .and("source", end, 1)
            .and("dest", end, 1)
            .and("u16 len, u16 flags, u16 status");

    assertThat(GnttabOp.Copy.SOURCE).isEqualTo(copy.at("source"));
    assertThat(GnttabOp.Copy.SOURCE_DOMID).isEqualTo(copy.at("source") + end.at("domid"));
    assertThat(GnttabOp.Copy.SOURCE_OFFSET).isEqualTo(copy.at("source") + end.at("offset"));
    assertThat(GnttabOp.Copy.DEST).isEqualTo(copy.at("dest"));
    assertThat(GnttabOp.Copy.DEST_DOMID).isEqualTo(copy.at("dest") + end.at("domid"));
    assertThat(GnttabOp.Copy.DEST_OFFSET).isEqualTo(copy.at("dest") + end.at("offset"));
    assertThat(GnttabOp.Copy.LEN).isEqualTo(copy.at("len"));
    assertThat(GnttabOp.Copy.FLAGS).isEqualTo(copy.at("flags"));
    assertThat(GnttabOp.Copy.STATUS).isEqualTo(copy.at("status"));
    assertThat(GnttabOp.Copy.SIZE).isEqualTo(copy.size());
  }

  @Test
  void memoryAndVersionArguments() throws Exception {
    same(
        MemoryOp.Reservation.class,
        "u64 extent_start, u64 nr_extents, u32 extent_order, u32 mem_flags, u16 domid");
    same(MemoryOp.AddToPhysmap.class, "u16 domid, u16 nr, u32 space, u64 idx, u64 gpfn");
    same(MemoryOp.RemoveFromPhysmap.class, "u16 domid, u64 gpfn");
    same(MemoryOp.Domain.class, "u16 domid");
    same(
        XenVersionOp.CompileInfo.class,
        "u8 compiler[64], u8 compile_by[16], u8 compile_domain[32], u8 compile_date[32]");
    same(XenVersionOp.FeatureInfo.class, "u32 submap_idx, u32 submap");
    same(XenVersionOp.BuildId.class, "u32 len, u8 buf[0]");
  }

  @Test
  void startInfo() throws Exception {
    same(
        StartInfo.class,
        "u8 magic[32], u64 nr_pages, u64 shared_info, u32 flags, u64 store_mfn,"
            + "u32 store_evtchn, u64 console_mfn, u32 console_evtchn, u64 pt_base,"
            + "u64 nr_pt_frames, u64 mfn_list, u64 mod_start, u64 mod_len, u8 cmd_line[1024],"
            + "u64 first_p2m_pfn, u64 nr_p2m_frames");
    assertThat(StartInfo.SIZE).isEqualTo(1168);
  }

  @Test
  void sharedInfo() throws Exception {
    CStruct time =
        CStruct.of(
            "u32 time_version, u32 pad0, u64 time_tsc_timestamp, u64 time_system_time,"
                + "u32 time_tsc_to_system_mul, u8 time_tsc_shift, u8 time_flags, u8 pad1[2]");
    CStruct vcpu =
        CStruct.of("u8 upcall_pending, u8 upcall_mask, u64 pending_sel, u64 cr2, u64 pad")
            .and("time", time, 1);
    CStruct shared =
        CStruct.of("u64 align[0]")
            .and("vcpu_info", vcpu, SharedInfo.MAX_LEGACY_VCPUS)
            .and(
                "u64 evtchn_pending[64], u64 evtchn_mask[64], u32 wc_version, u32 wc_sec,"
                    + "u32 wc_nsec, u32 wc_sec_hi, u64 arch_max_pfn,"
                    + "u64 arch_pfn_to_mfn_frame_list_list, u64 arch_nmi_reason, u64 arch_p2m_cr3,"
                    + "u64 arch_p2m_vaddr, u64 arch_p2m_generation");

    assertThat(SharedInfo.VCPU_INFO_SIZE).isEqualTo(64).isEqualTo(vcpu.size());
    sameWhereNamed(SharedInfo.class, time, "TIME_");
    sameWhereNamed(SharedInfo.class, vcpu, "UPCALL_", "PENDING_SEL", "CR2");
    sameWhereNamed(SharedInfo.class, shared, "EVTCHN_PENDING", "EVTCHN_MASK", "WC_", "ARCH_");
    assertThat(SharedInfo.TIME).isEqualTo(vcpu.at("time"));
  }

  @Test
  void vcpuContext() throws Exception {
    CStruct regs =
        CStruct.of(
            "u64 regs[15], u32 error_code, u32 entry_vector, u64 rip, u16 cs, u16 pad0,"
                + "u8 saved_upcall_mask, u8 pad1[3], u64 rflags, u64 rsp, u64 ss, u64 es, u64 ds,"
                + "u64 fs, u64 gs");
    CStruct trap = CStruct.of("u8 vector, u8 flags, u16 cs, u64 address");
    CStruct context =
        CStruct.of("u8 fpu_ctxt[512], u64 flags")
            .and("user_regs", regs, 1)
            .and("trap_ctxt", trap, VcpuContext.TRAP_COUNT)
            .and(
                "u64 ldt_base, u64 ldt_ents, u64 gdt_frames[16], u64 gdt_ents, u64 kernel_ss,"
                    + "u64 kernel_sp, u64 ctrlreg[8], u64 debugreg[8], u64 event_callback_eip,"
                    + "u64 failsafe_callback_eip, u64 syscall_callback_eip, u64 vm_assist,"
                    + "u64 fs_base, u64 gs_base_kernel, u64 gs_base_user");

    assertThat(VcpuContext.SIZE).isEqualTo(5168).isEqualTo(context.size());
    assertThat(VcpuContext.USER_REGS_SIZE).isEqualTo(regs.size());
    assertThat(VcpuContext.TRAP_INFO_SIZE).isEqualTo(trap.size());
    for (String field :
        "flags user_regs trap_ctxt ldt_base ldt_ents gdt_frames gdt_ents kernel_ss kernel_sp"
            .concat(" ctrlreg debugreg event_callback_eip failsafe_callback_eip")
            .concat(" syscall_callback_eip vm_assist fs_base gs_base_kernel gs_base_user")
            .split(" ")) {
      assertThat(constant(VcpuContext.class, field.toUpperCase(Locale.ROOT)))
          .as(field)
          .isEqualTo(context.at(field));
    }
  }

  @Test
  void blockRingSlots() {
    CStruct segment = CStruct.of("u32 gref, u8 first, u8 last");
    CStruct request =
        CStruct.of("u8 op, u8 nr_segments, u16 handle, u64 id, u64 sector")
            .and("segments", segment, BlkifRing.MAX_SEGMENTS);
    CStruct response = CStruct.of("u64 id, u8 op, u16 status");

    assertThat(BlkifRing.REQUEST_SIZE).isEqualTo(112).isEqualTo(request.size());
    assertThat(BlkifRing.RESPONSE_SIZE).isEqualTo(16).isEqualTo(response.size());
    assertThat(BlkifRing.SEGMENT_SIZE).isEqualTo(segment.size());
    assertThat(BlkifRing.SLOTS).isEqualTo(SharedRing.slots(BlkifRing.ENTRY_SIZE));
    assertThat(BlkifRing.REQ_HANDLE).isEqualTo(request.at("handle"));
    assertThat(BlkifRing.REQ_ID).isEqualTo(request.at("id"));
    assertThat(BlkifRing.REQ_SECTOR).isEqualTo(request.at("sector"));
    assertThat(BlkifRing.REQ_SEGMENTS).isEqualTo(request.at("segments"));
    assertThat(BlkifRing.SEG_LAST).isEqualTo(segment.at("last"));
    assertThat(BlkifRing.RSP_OP).isEqualTo(response.at("op"));
    assertThat(BlkifRing.RSP_STATUS).isEqualTo(response.at("status"));
  }

  @Test
  void networkRingSlots() {
    assertThat(NetifRing.TX_REQUEST_SIZE)
        .isEqualTo(CStruct.of("u32 gref, u16 offset, u16 flags, u16 id, u16 size").size());
    assertThat(NetifRing.TX_RESPONSE_SIZE).isEqualTo(CStruct.of("u16 id, u16 status").size());
    assertThat(NetifRing.RX_REQUEST_SIZE).isEqualTo(CStruct.of("u16 id, u16 pad, u32 gref").size());
    assertThat(NetifRing.RX_RESPONSE_SIZE)
        .isEqualTo(CStruct.of("u16 id, u16 offset, u16 flags, u16 status").size());
    assertThat(SharedRing.slots(NetifRing.TX_ENTRY_SIZE)).isEqualTo(NetifRing.SLOTS);
    assertThat(SharedRing.slots(NetifRing.RX_ENTRY_SIZE)).isGreaterThanOrEqualTo(NetifRing.SLOTS);
  }

  @Test
  void consoleAndXenstorePages() throws Exception {
    same(
        ConsoleRing.class,
        "u8 in[1024], u8 out[2048], u32 in_cons, u32 in_prod, u32 out_cons, u32 out_prod,"
            + "u8 connection");
    same(
        XenstoreRing.class,
        "u8 req[1024], u8 rsp[1024], u32 req_cons, u32 req_prod, u32 rsp_cons, u32 rsp_prod,"
            + "u32 server_features, u32 connection, u32 error");
  }

  /** Every field is a constant, in the same place, and the size, where there is one, is right. */
  private static void same(Class<?> constants, String fields) throws Exception {
    CStruct struct = CStruct.of(fields);
    for (String field : fields.split(",")) {
      String name = field.strip().split(" ")[1].replaceAll("\\[.*", "");
      assertThat(constant(constants, name.toUpperCase(Locale.ROOT)))
          .as(constants.getSimpleName() + "." + name)
          .isEqualTo(struct.at(name));
    }
    if (constants != XenstoreRing.class && constants != ConsoleRing.class) {
      assertThat(constant(constants, "SIZE"))
          .as(constants.getSimpleName())
          .isEqualTo(struct.size());
    }
  }

  /** Every constant that begins with one of the prefixes is a field in the same place. */
  private static void sameWhereNamed(Class<?> constants, CStruct struct, String... prefixes)
      throws Exception {
    for (Field field : constants.getDeclaredFields()) {
      if (Modifier.isPublic(field.getModifiers()) && startsWithAny(field.getName(), prefixes)) {
        assertThat(constant(constants, field.getName()))
            .as(field.getName())
            .isEqualTo(struct.at(field.getName().toLowerCase(Locale.ROOT)));
      }
    }
  }

  private static boolean startsWithAny(String name, String... prefixes) {
    for (String prefix : prefixes) {
      if (name.startsWith(prefix)) {
        return true;
      }
    }
    return false;
  }

  private static int constant(Class<?> owner, String name) throws Exception {
    return owner.getDeclaredField(name).getInt(null);
  }
}
