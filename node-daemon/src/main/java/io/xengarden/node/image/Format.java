package io.xengarden.node.image;

import java.nio.charset.StandardCharsets;

/** Numbers of the formats that encoder and decoder share; docs/formats/save-image.md draws them. */
final class Format {
  /** The first 32 bytes of a file; its last control bytes catch text-mode transfers. */
  static final byte[] XL_MAGIC =
      "Xen saved domain, xl format\n \0 \r".getBytes(StandardCharsets.ISO_8859_1);

  static final int XL_HEADER_BYTES = 48;
  static final int XL_BYTE_ORDER = 0x01020304;
  static final int XL_MANDATORY_JSON = 1;
  static final int XL_MANDATORY_STREAM_V2 = 1 << 1;

  /** Ours, ignored by xl: a checksum trailer follows the libxl stream's END. */
  static final int XL_OPTIONAL_TRAILER = 1 << 31;

  /** "LibxlFmt". */
  static final long LIBXL_IDENT = 0x4c6962786c466d74L;

  static final int LIBXL_HEADER_BYTES = 16;
  static final int LIBXL_VERSION = 2;

  static final long LIBXC_MARKER = -1L;

  /** "XENF". */
  static final int LIBXC_IDENT = 0x58454e46;

  /** Image header and domain header. */
  static final int LIBXC_HEADERS_BYTES = 40;

  static final int LIBXC_VERSION = 3;
  static final int LIBXC_OLDEST_VERSION = 2;
  static final int DOMAIN_X86_PV = 1;

  /** In the options of both headers; 0 is little-endian. */
  static final int OPTION_BIG_ENDIAN = 1;

  /** In libxl's options: made by Xen's own converter from a legacy stream. */
  static final int LIBXL_OPTION_CONVERTED = 1 << 1;

  static final int RECORD_HEADER_BYTES = 8;

  /** Record types with this bit may be skipped by who does not know them. */
  static final int OPTIONAL_RECORD = 1 << 31;

  /** A pfn field: type, eight reserved bits, pfn. */
  static final long PFN_MASK = (1L << 52) - 1;

  static final long PFN_RESERVED = 0xffL << 52;

  static final int P2M_ENTRIES_PER_PAGE = 512;

  /** Opens the trailer: "XgTrail1", its version being the last character. */
  static final byte[] TRAILER_MAGIC = "XgTrail1".getBytes(StandardCharsets.ISO_8859_1);

  /** Magic, length of all before it, CRC-32C of all before it, zero. */
  static final int TRAILER_BYTES = 24;

  private Format() {}

  /** Zeros behind a body, so that the next record begins at a multiple of eight. */
  static int padding(long length) {
    return (int) (-length & 7);
  }

  static int p2mPages(long frames) {
    return (int) ((frames + P2M_ENTRIES_PER_PAGE - 1) / P2M_ENTRIES_PER_PAGE);
  }
}
