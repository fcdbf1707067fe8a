/**
 * Words of sentences: cnmtop's own reasons, errors of the kernel and of Docker, names of distributions. Any other word of a
 * sentence might be somebody's name.
 */
export const english: ReadonlySet<string> = new Set(
  `containerized cpuset
  a aarch64 accepted access action address addresses allocated allowed alma alpine already amazon amd64 an and any
  api apparmor april arch are argument arm64 armv7l as asked assigned at attach attached august autolock available
  aws aws-ec2 azure back bad be because been before behind below beside between bind bits blkio bookworm
  bottlerocket bound bridge bridges bridge-nf-call-ip6tables bridge-nf-call-iptables broken builtin bullseye buster busy
  but by bytes call came can canceled cannot cap_dac_read_search cap_net_admin cap_sys_admin cap_sys_ptrace
  capability caught caused ce centos cgroup cgroupns chain chains change changed check clock cloud cluster code
  command commands community complete completed config configuration connect connected connecting connection
  conntrack constraint constraints container containers context conversion core coreos could count create created
  creating credentials daemon data dead deadline deadlineexceeded debian december decode default delete denied
  desc descriptor desired desktop device dfsg dial did digest dir directories directory disabled disconnected dns
  do docker dockerd does done down drain drained driver dump during eacces each eagain ebadf ebusy econnrefused
  econnreset ee eexist efbig ehostunreach eintr einval eio eisdir either eloop else emfile empty emsgsize enabled
  endpoint endpoints enetunreach enfile engine enobufs enodev enoent enomem enospc enosys enotconn enotdir enotsup
  enough entered enterprise entries entry entrypoint eopnotsupp eperm epipe erange erofs err error errors esrch
  etimedout every exceeded exec executable existing exists exit exited expected expired exposed failed failure
  family fdb february fedora few file files filesystem filter firewall first flatcar focal for forbidden forward
  forwarding found fresh fri from full gateway gave gcp generic get git give given global gnu goes gone got group
  had has have health healthcheck healthy held help here hidden hold holds host host-mode hostname how http https
  i i386 icc id if image images in information ingress input insecure inside instance insufficient interface
  interfaces internal interrupted into invalid ip ipam iptables ipv4 ipv4forwarding ipv6 ipvs is it its itself
  jammy january join july june just kept kernel key keys killed killer kmem knows kvm labels lacks large last later
  leader leap least leave left legacy length less letter levels lib limit limits line link links linux list listed
  listen listening load loaded log long longer look looked lookup loops lost lowlatency lts mac machine made make
  manager managers mangle many mapping march mask masquerade may means memory message method missing moby mode
  modprobe module modules mon more most mount mounts mtu must name named names namespace namespaces nat native
  need needed needs neighbor neighbour neighbours netfilter netlink netns network networks never new next nfs nft
  no noble node node.role nodes non-zero none nor not nothing notice november now nsfs nsid nsids o object oci
  october of off offline old on once one only oom open opensuse operation option options or orphaned os other
  others out output over overlay own owner packets pae parse part parts path paths paused peer peers pending per
  permission permitted photon pid pids pipe platform plugin policy pool port ports possible possibly preempt
  preparing privileged proc process processes product profile prohibited protocol proxy publish published pull
  quorum raft raspbian raw reach reachable read reader reading ready reason receive received record refused
  register rejected release remote remove removed replaced reply request requested required reserve reset resource
  resources response rest restart retries retry return rhel right rocky role rollback rolled root rootless route
  routes row rows rpc rt rtnl rule rules run runc running runtime same sandbox sandboxes sat satisfied scheduler
  scheduling scope seccomp second seconds security selinux send september server service services session set
  setns sets several shutdown signal since size sles small smp so socket sockets some source sources space
  specified started starting stat state stats status still stop stopped stream string subnet subnets such suitable
  sun support supported suse swap swarm symbolic sys sys_admin sysctl sysctls system table tables take takes
  target task tasks tcp temporarily text than that the their them then there these they this those thread through
  thu time timed timeout times tls to together token told too took trixie try tue tumbleweed two ubuntu udp uid
  unable unauthenticated unavailable unconfined under unexpected unhealthy unix unknown unreachable unsupported
  until unused up update update-in-progress updated upgrade upon us use used user using valid value values
  vanished vendor version vip virtual vlan vlans vni vxlan waiting warning warnings was wed weight went were what when where
  which while who why will with within without work worked worker workers would write wrong x86 x86_64 xfrm
  xtables yet you your zero
`.split(/\s+/),
)
