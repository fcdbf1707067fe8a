type Texts = Readonly<Record<'both' | 'ip' | 'ip6', readonly string[]>>

/** Matches as iptables-legacy-save 1.8.9 prints them, behind `-m`. */
export const matchTexts: Texts = {
  both: [
    'tcp --sport 1024:65535 --dport 80',
    'tcp ! --dport 80:90 ! --tcp-option 5 --tcp-flags FIN,SYN,RST,ACK SYN',
    'tcp ! --tcp-flags FIN,SYN,RST,PSH,ACK,URG NONE',
    'conntrack --ctstate RELATED,ESTABLISHED',
    'conntrack ! --ctstate INVALID,NEW,UNTRACKED,SNAT,DNAT --ctproto 17 --ctdir REPLY',
    'conntrack --ctorigsrcport 1:2 ! --ctrepldstport 3 ! --ctstatus NONE --ctexpire 10:20',
    'conntrack --ctstatus EXPECTED,SEEN_REPLY,ASSURED,CONFIRMED --ctdir ORIGINAL',
    'state --state RELATED,ESTABLISHED',
    'state ! --state INVALID,UNTRACKED',
  ],
  ip: ['conntrack --ctorigsrc 10.0.0.0/8 ! --ctorigdst 10.0.0.1 --ctrepldst 0.0.0.1/0.0.255.255'],
  ip6: ['conntrack --ctorigsrc fd00::/8 ! --ctreplsrc ::1'],
}

/** Targets, behind `-j`. */
export const targetTexts: Texts = {
  both: [
    'MASQUERADE',
    'MASQUERADE --to-ports 1024-65535 --random',
    'MASQUERADE --random-fully',
    'REDIRECT --to-ports 80',
    'REDIRECT --to-ports 80-90 --random',
    'SNAT --to-source :53',
  ],
  ip: [
    'DNAT --to-destination 172.18.0.2:8080',
    'DNAT --to-destination 10.0.0.1-10.0.0.9:80-90/1000 --random --persistent',
    'SNAT --to-source 10.0.0.1-10.0.0.9 --random-fully',
  ],
  ip6: [
    'DNAT --to-destination fd00::2',
    'DNAT --to-destination [fd00::2]:8080',
    'DNAT --to-destination [fd00::2-fd00::9]:80-90 --persistent',
    'SNAT --to-source fd00::1-fd00::9',
  ],
}
