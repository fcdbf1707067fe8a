/*
 * The dumps of cnmtop's collectors without the collectors: enters every namespace file of a directory, asks the kernel for
 * what src/collectors/kernel asks, in the same order, and decodes nothing. Its time is the kernel's, and the floor for ours.
 *
 *     cc -O2 -o dump bench/baseline/dump.c
 *     ./dump DIR [PASSES [--sysctls]]
 *
 * Prints one line of JSON for each pass: namespaces, bytes and messages received, milliseconds in all and by part.
 *
 * It looks into an answer only where the next question needs it: how many objects an nf_tables table has, and which set or
 * IPVS service to ask for next.
 */
#define _GNU_SOURCE
#include "netlink.h"
#include "netfilter.h"
#include <dirent.h>
#include <linux/fib_rules.h>
#include <linux/inet_diag.h>
#include <linux/neighbour.h>
#include <linux/net_namespace.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/xfrm.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <sys/stat.h>

/* ---- rtnetlink ---- */

static void dump_route(int socket) {
	struct ifinfomsg link = {0};
	struct ifaddrmsg address = {0};
	struct rtmsg route = {0};
	struct fib_rule_hdr rule = {0};
	struct ndmsg neighbour = {0}, proxy = {.ndm_flags = NTF_PROXY}, fdb = {.ndm_family = AF_BRIDGE};
	struct rtgenmsg nsid[1 + 3] = {0}; /* one byte, padded to four */
	struct tcmsg qdisc = {0};
	dump(socket, RTM_GETLINK, &link, sizeof link, NULL, NULL);
	dump(socket, RTM_GETADDR, &address, sizeof address, NULL, NULL);
	dump(socket, RTM_GETROUTE, &route, sizeof route, NULL, NULL);
	dump(socket, RTM_GETRULE, &rule, sizeof rule, NULL, NULL);
	dump(socket, RTM_GETNEIGH, &neighbour, sizeof neighbour, NULL, NULL);
	dump(socket, RTM_GETNEIGH, &proxy, sizeof proxy, NULL, NULL);
	dump(socket, RTM_GETNEIGH, &fdb, sizeof fdb, NULL, NULL);
	dump(socket, RTM_GETQDISC, &qdisc, sizeof qdisc, NULL, NULL);
	dump(socket, RTM_GETNSID, nsid, sizeof nsid, NULL, NULL);
}

/* ---- xfrm, sockets, sysctls ---- */

static void dump_xfrm(int socket) {
	struct xfrm_usersa_id state = {0};
	struct xfrm_userpolicy_id policy = {0};
	dump(socket, XFRM_MSG_GETSA, &state, sizeof state, NULL, NULL);
	dump(socket, XFRM_MSG_GETPOLICY, &policy, sizeof policy, NULL, NULL);
}

/* Listening sockets by sock_diag: /proc/net/tcp walks the whole system's table of connections for every namespace. */
static void dump_sockets(int socket) {
	static const int families[] = {AF_INET, AF_INET6};
	for (int i = 0; i < 2; i++) {
		struct inet_diag_req_v2 tcp = {.sdiag_family = families[i], .sdiag_protocol = IPPROTO_TCP, .idiag_states = 1 << TCP_LISTEN};
		struct inet_diag_req_v2 udp = {.sdiag_family = families[i], .sdiag_protocol = IPPROTO_UDP, .idiag_states = 1 << TCP_CLOSE};
		dump(socket, SOCK_DIAG_BY_FAMILY, &tcp, sizeof tcp, NULL, NULL);
		dump(socket, SOCK_DIAG_BY_FAMILY, &udp, sizeof udp, NULL, NULL);
	}
}

/*
 * Below /proc/sys/net, by folder: every namespace has its own /proc/sys/net/ipv4, all under one name in one hash bucket, so
 * the step into it costs time for each namespace of the system. From there on names are found at once.
 * So cnmtop reads them only for a snapshot, or while somebody looks; here they are read with --sysctls.
 * Those of each interface are not here: RTM_GETLINK carries them in IFLA_AF_SPEC.
 */
static const struct {
	const char *folder;
	const char *const files[16];
} sysctls[] = {
	{"ipv4",
	 {"ip_forward", "ip_default_ttl", "icmp_echo_ignore_all", "conf/all/rp_filter", "conf/all/arp_ignore", "conf/all/arp_announce", "conf/all/arp_filter", "conf/all/proxy_arp", "conf/all/route_localnet",
	  "ip_local_port_range", "ip_local_reserved_ports", "ip_unprivileged_port_start", "tcp_keepalive_time", "tcp_keepalive_intvl",
	  "tcp_keepalive_probes"}},
	{"ipv6", {"conf/all/disable_ipv6", "conf/all/forwarding", "conf/default/disable_ipv6", "icmp/echo_ignore_all"}},
	{"netfilter", {"nf_conntrack_max", "nf_conntrack_count"}},
	{"bridge", {"bridge-nf-call-iptables", "bridge-nf-call-ip6tables", "bridge-nf-call-arptables"}},
};

static void read_sysctls(void) {
	for (size_t i = 0; i < sizeof sysctls / sizeof sysctls[0]; i++) {
		char path[64], value[256];
		snprintf(path, sizeof path, "/proc/sys/net/%s", sysctls[i].folder);
		int folder = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (folder < 0) continue;
		for (size_t j = 0; j < sizeof sysctls[i].files / sizeof sysctls[i].files[0] && sysctls[i].files[j]; j++)
			read_file(folder, sysctls[i].files[j], value, sizeof value);
		close(folder);
	}
}

/* ---- one namespace, one directory ---- */

static int open_netlink(int protocol) {
	int netlink = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
	if (netlink < 0) fail("socket");
	return netlink;
}

static void enter(int namespace) {
	if (setns(namespace, CLONE_NEWNET) < 0) fail("setns");
}

/* Milliseconds of a pass, by what was read. */
enum part { ENTER, RTNL, NFT, XFRM, SOCKETS, IPVS, XTABLES, SYSCTLS, PARTS };
static const char *const part_names[] = {"enter", "rtnl", "nft", "xfrm", "sockets", "ipvs", "xtables", "sysctls"};
static double spent[PARTS], lap_started;

static void lap(enum part part) {
	double now = now_ms();
	spent[part] += now - lap_started;
	lap_started = now;
}

static void visit(int home, const char *path, bool ipvs, bool sysctl_files) {
	struct stat status;
	lap_started = now_ms();
	int namespace = open(path, O_RDONLY | O_CLOEXEC);
	if (namespace < 0 || fstat(namespace, &status) < 0) fail(path);
	enter(namespace);
	int route = open_netlink(NETLINK_ROUTE), netfilter = open_netlink(NETLINK_NETFILTER);
	int xfrm = open_netlink(NETLINK_XFRM), diag = open_netlink(NETLINK_SOCK_DIAG);
	int generic = ipvs ? open_netlink(NETLINK_GENERIC) : -1;
	enter(home);
	lap(ENTER);
	dump_route(route);
	lap(RTNL);
	dump_nft(netfilter);
	lap(NFT);
	dump_xfrm(xfrm);
	lap(XFRM);
	dump_sockets(diag);
	lap(SOCKETS);
	if (ipvs) dump_ipvs(generic);
	lap(IPVS);
	enter(namespace);
	dump_xtables("/proc/thread-self/net/ip_tables_names", AF_INET, IPPROTO_IP, IPT_SO_GET_INFO, IPT_SO_GET_ENTRIES);
	dump_xtables("/proc/thread-self/net/ip6_tables_names", AF_INET6, IPPROTO_IPV6, IP6_GET_INFO, IP6_GET_ENTRIES);
	lap(XTABLES);
	if (sysctl_files) read_sysctls();
	lap(SYSCTLS);
	enter(home);
	close(route);
	close(netfilter);
	close(xfrm);
	close(diag);
	if (ipvs) close(generic);
	close(namespace);
	lap(ENTER);
}

int main(int argc, char **argv) {
	if (argc < 2) {
		fprintf(stderr, "usage: %s DIR [PASSES [--sysctls]]\n", argv[0]);
		return 2;
	}
	int home = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	if (home < 0) fail("/proc/thread-self/ns/net");
	/* Asking for IPVS where it is not would load it. */
	bool ipvs = access("/proc/net/ip_vs", F_OK) == 0;
	int passes = argc > 2 ? atoi(argv[2]) : 1;
	bool sysctl_files = argc > 3 && strcmp(argv[3], "--sysctls") == 0;
	for (int pass = 0; pass < passes; pass++) {
		double started = now_ms();
		int namespaces = 0;
		bytes = messages = 0;
		memset(spent, 0, sizeof spent);
		DIR *directory = opendir(argv[1]);
		if (!directory) fail(argv[1]);
		struct dirent *entry;
		while ((entry = readdir(directory))) {
			char path[4096];
			if (entry->d_name[0] == '.') continue;
			snprintf(path, sizeof path, "%s/%s", argv[1], entry->d_name);
			visit(home, path, ipvs, sysctl_files);
			namespaces++;
		}
		closedir(directory);
		printf("{\"namespaces\":%d,\"bytes\":%llu,\"messages\":%llu,\"ms\":%.1f,\"parts\":{", namespaces, bytes, messages,
		       now_ms() - started);
		for (int part = 0; part < PARTS; part++)
			printf("%s\"%s\":%.1f", part ? "," : "", part_names[part], spent[part]);
		puts("}}");
	}
	return 0;
}
