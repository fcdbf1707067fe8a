/** Long options of iptables and ipvsadm, without their dashes; of an extension that nobody knows, an option may be a name. */
export const options: ReadonlySet<string> = new Set(
  `
  accept-local add-set ahlen ahres ahspi algo and-mark and-tos append bytecode bytes-eq bytes-gt bytes-lt cgroup
  checksum-fill chunk-types clamp-mss-to-pmtu comment connbytes connlimit-above connlimit-daddr connlimit-mask
  connlimit-saddr connlimit-upto ctdir ctevents ctexpire ctmask ctorigdst ctorigdstport ctorigsrc ctorigsrcport
  ctproto ctrepldst ctrepldstport ctreplsrc ctreplsrcport ctstate ctstatus dccp-option dccp-types del-set
  destination destination-port destination-ports dir dport dports dscp dscp-class dst dst-range dst-type espspi
  every exec exist expevents fragments from gid-owner goto hashlimit hashlimit-above hashlimit-burst
  hashlimit-dstmask hashlimit-htable-expire hashlimit-htable-gcinterval hashlimit-htable-max hashlimit-htable-size
  hashlimit-mode hashlimit-name hashlimit-rate-interval hashlimit-rate-match hashlimit-srcmask hashlimit-upto
  helper hex-string hitcount hl-dec hl-eq hl-gt hl-inc hl-lt hl-set icase icmp-type icmpv6-type in-interface
  invert ipv6 ipvs jump kerneloops left-shift-mark length limit limit-burst limit-iface-in limit-iface-out log
  log-ip-options log-level log-macdecode log-prefix log-tcp-options log-tcp-sequence log-uid loose mac-source
  map-mark map-prio map-queue map-set mark mask match match-set mode name next nflog-group nflog-prefix
  nflog-range nflog-size nflog-threshold nfmask notrack nowildcard object-pinned on-ip on-port option or-mark
  or-tos out-interface packet packets-eq packets-gt packets-lt path pe persistent physdev-in physdev-is-bridged
  physdev-is-in physdev-is-out physdev-out pkt-type pol ports probability proto protocol queue-balance
  queue-bypass queue-cpu-fanout queue-num random random-fully rcheck rdest reap reject-with remove reqid
  restore-mark restore-skmark return-nomatch right-shift-mark rsource rttl save-mark sched-flags seconds set
  set-class set-counters set-dscp set-dscp-class set-mark set-mss set-tos set-xmark socket-exists source
  source-port source-ports spi sport sports src src-range src-type state strict string suppl-groups syn tcp-flags
  tcp-option timeout to to-destination to-ports to-source tos tproxy-mark transparent ttl-dec ttl-eq ttl-gt ttl-lt
  tun-csum tun-info tun-nocsum tun-port tun-remcsum tun-type tunnel-dst tunnel-src u32 uid-owner update
  update-counters update-subcounters vaddr validmark vdir vmethod vport vportctl vproto weight xor-mark xor-tos
  zone zone-orig zone-reply
`.split(/\s+/),
)
