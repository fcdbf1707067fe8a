/* nf_tables, legacy iptables and IPVS. Included once, by dump.c, after netlink.h. */
#include <arpa/inet.h>
#include <linux/genetlink.h>
#include <linux/ip_vs.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter_ipv4/ip_tables.h>

/* IP6T_SO_GET_INFO and IP6T_SO_GET_ENTRIES of linux/netfilter_ipv6/ip6_tables.h, which cannot stand beside ip_tables.h. */
#define IP6_GET_INFO 64
#define IP6_GET_ENTRIES 65

/* ---- nf_tables ---- */

static unsigned nft(unsigned message) {
	return NFNL_SUBSYS_NFTABLES << 8 | message;
}

struct uses {
	unsigned tables, of_tables, chains, of_chains, sets;
};

static unsigned be32_of(const struct nlattr *attribute) {
	unsigned value = 0;
	if (attribute) memcpy(&value, attribute + 1, sizeof value);
	return ntohl(value);
}

static void see_table(const struct nlmsghdr *message, void *context) {
	struct uses *uses = context;
	uses->tables++;
	uses->of_tables += be32_of(find(message, sizeof(struct nfgenmsg), NFTA_TABLE_USE));
}

static void see_chain(const struct nlmsghdr *message, void *context) {
	struct uses *uses = context;
	uses->chains++;
	uses->of_chains += be32_of(find(message, sizeof(struct nfgenmsg), NFTA_CHAIN_USE));
}

/* Requests for the elements of each set, kept until the dump of the sets is over. */
struct sets {
	char requests[64][256];
	size_t lengths[64];
	int count;
	struct uses *uses;
};

static void see_set(const struct nlmsghdr *message, void *context) {
	struct sets *sets = context;
	sets->uses->sets++;
	const struct nlattr *names[] = {find(message, sizeof(struct nfgenmsg), NFTA_SET_TABLE),
					find(message, sizeof(struct nfgenmsg), NFTA_SET_NAME)};
	if (sets->count == 64 || !names[0] || !names[1]) return;
	/* NFTA_SET_ELEM_LIST_TABLE and _SET have the numbers of NFTA_SET_TABLE and _NAME, so both can be sent back as they are. */
	char *request = sets->requests[sets->count];
	size_t length = sizeof(struct nfgenmsg);
	memcpy(request, NLMSG_DATA(message), length);
	for (int i = 0; i < 2; i++) {
		size_t size = NLA_ALIGN(names[i]->nla_len);
		if (length + size > sizeof sets->requests[0]) return;
		memcpy(request + length, names[i], size);
		length += size;
	}
	sets->lengths[sets->count++] = length;
}

static void dump_nft(int socket) {
	struct nfgenmsg all = {.nfgen_family = AF_UNSPEC};
	struct uses uses = {0};
	dump(socket, nft(NFT_MSG_GETTABLE), &all, sizeof all, see_table, &uses);
	if (uses.of_tables == 0) return;
	dump(socket, nft(NFT_MSG_GETCHAIN), &all, sizeof all, see_chain, &uses);
	if (uses.of_chains > 0) dump(socket, nft(NFT_MSG_GETRULE), &all, sizeof all, NULL, NULL);
	if (uses.of_tables <= uses.chains) return;
	static struct sets sets;
	sets.count = 0;
	sets.uses = &uses;
	dump(socket, nft(NFT_MSG_GETSET), &all, sizeof all, see_set, &sets);
	for (int i = 0; i < sets.count; i++)
		dump(socket, nft(NFT_MSG_GETSETELEM), sets.requests[i], sets.lengths[i], NULL, NULL);
	if (uses.of_tables > uses.chains + uses.sets) dump(socket, nft(NFT_MSG_GETOBJ), &all, sizeof all, NULL, NULL);
}

/* ---- legacy iptables ---- */

/* Every table that the namespace has already; asking for another would make it. */
static void dump_xtables(const char *names_path, int family, int level, int get_info, int get_entries) {
	char names[512];
	size_t length = read_file(AT_FDCWD, names_path, names, sizeof names - 1);
	if (length == 0) return;
	names[length] = 0;
	int socket_ = socket(family, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
	if (socket_ < 0) fail("socket");
	for (char *name = strtok(names, "\n"); name; name = strtok(NULL, "\n")) {
		struct ipt_getinfo info = {0};
		socklen_t size = sizeof info;
		snprintf(info.name, sizeof info.name, "%s", name);
		if (getsockopt(socket_, level, get_info, &info, &size) < 0) fail(name);
		size = sizeof(struct ipt_get_entries) + info.size;
		struct ipt_get_entries *entries = calloc(1, size);
		if (!entries) fail("calloc");
		memcpy(entries->name, info.name, sizeof info.name);
		entries->size = info.size;
		if (getsockopt(socket_, level, get_entries, entries, &size) < 0) fail(name);
		bytes += size;
		messages += info.num_entries;
		free(entries);
	}
	close(socket_);
}

/* ---- IPVS ---- */

/* The nested SERVICE attributes of all services; one of them is the whole request for its real servers. */
struct services {
	char requests[256][sizeof(struct genlmsghdr) + 256];
	size_t lengths[256];
	int count;
};

static void see_service(const struct nlmsghdr *message, void *context) {
	struct services *services = context;
	const struct nlattr *service = find(message, sizeof(struct genlmsghdr), IPVS_CMD_ATTR_SERVICE);
	struct genlmsghdr header = {.cmd = IPVS_CMD_GET_DEST, .version = IPVS_GENL_VERSION};
	if (!service || services->count == 256 || service->nla_len > 256) return;
	char *request = services->requests[services->count];
	memcpy(request, &header, sizeof header);
	memcpy(request + sizeof header, service, service->nla_len);
	services->lengths[services->count++] = sizeof header + NLA_ALIGN(service->nla_len);
}

static void see_family(const struct nlmsghdr *message, void *context) {
	const struct nlattr *id = find(message, sizeof(struct genlmsghdr), CTRL_ATTR_FAMILY_ID);
	if (id) memcpy(context, id + 1, sizeof(unsigned short));
}

static void dump_ipvs(int socket) {
	static unsigned short family;
	if (family == 0) {
		struct {
			struct genlmsghdr header;
			struct nlattr name;
			char text[8];
		} request = {{.cmd = CTRL_CMD_GETFAMILY, .version = 1}, {4 + 5, CTRL_ATTR_FAMILY_NAME}, IPVS_GENL_NAME};
		ask(socket, GENL_ID_CTRL, 0, &request, sizeof request, see_family, &family);
	}
	struct genlmsghdr config = {.cmd = IPVS_CMD_GET_CONFIG, .version = IPVS_GENL_VERSION};
	struct genlmsghdr all = {.cmd = IPVS_CMD_GET_SERVICE, .version = IPVS_GENL_VERSION};
	static struct services services;
	services.count = 0;
	dump(socket, family, &all, sizeof all, see_service, &services);
	for (int i = 0; i < services.count; i++)
		dump(socket, family, services.requests[i], services.lengths[i], NULL, NULL);
	if (services.count == 0) return;
	/* Once more, to see whether services came or went meanwhile. */
	dump(socket, family, &all, sizeof all, NULL, NULL);
	ask(socket, family, 0, &config, sizeof config, NULL, NULL);
}
