/* Requests and answers of netlink, counted and not decoded. Included once, by dump.c. */
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static char buffer[128 * 1024];
static unsigned long long bytes, messages;
static unsigned sequence;

static void fail(const char *what) {
	perror(what);
	exit(1);
}

static double now_ms(void) {
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1e3 + time.tv_nsec / 1e6;
}

/* A request: a header, then `length` bytes of payload. */
struct request {
	struct nlmsghdr header;
	char payload[512];
};

typedef void see_message(const struct nlmsghdr *message, void *context);

/* Sends a request and receives until it is answered; `see` may be NULL. */
static void ask(int socket, unsigned type, unsigned flags, const void *payload, size_t length, see_message *see,
		void *context) {
	struct request request = {
		.header = {
			.nlmsg_len = NLMSG_LENGTH(length),
			.nlmsg_type = type,
			.nlmsg_flags = NLM_F_REQUEST | flags,
			.nlmsg_seq = ++sequence,
		},
	};
	memcpy(request.payload, payload, length);
	if (send(socket, &request, request.header.nlmsg_len, 0) < 0) fail("send");
	for (;;) {
		ssize_t got = recv(socket, buffer, sizeof buffer, MSG_TRUNC);
		if (got < 0) fail("recv");
		bytes += got;
		int left = got;
		for (struct nlmsghdr *message = (void *)buffer; NLMSG_OK(message, left); message = NLMSG_NEXT(message, left)) {
			if (message->nlmsg_seq != sequence) continue;
			if (message->nlmsg_type == NLMSG_DONE || message->nlmsg_type == NLMSG_ERROR) return;
			messages++;
			if (see) see(message, context);
			if (!(message->nlmsg_flags & NLM_F_MULTI)) return;
		}
	}
}

static void dump(int socket, unsigned type, const void *payload, size_t length, see_message *see, void *context) {
	ask(socket, type, NLM_F_DUMP, payload, length, see, context);
}

/* The attribute of a type in a message whose family header has `header` bytes; NULL when there is none. */
static const struct nlattr *find(const struct nlmsghdr *message, size_t header, unsigned type) {
	const char *end = (const char *)message + message->nlmsg_len;
	const char *at = (const char *)NLMSG_DATA(message) + NLMSG_ALIGN(header);
	while (at + sizeof(struct nlattr) <= end) {
		const struct nlattr *attribute = (const void *)at;
		if ((attribute->nla_type & NLA_TYPE_MASK) == type) return attribute;
		if (attribute->nla_len < sizeof(struct nlattr)) break;
		at += NLA_ALIGN(attribute->nla_len);
	}
	return NULL;
}

/* Reads a file below a folder (AT_FDCWD for any); 0 when there is none. */
static size_t read_file(int folder, const char *path, char *into, size_t size) {
	int file = openat(folder, path, O_RDONLY | O_CLOEXEC);
	if (file < 0) return 0;
	size_t length = 0;
	ssize_t got;
	while (length < size && (got = read(file, into + length, size - length)) > 0) length += got;
	close(file);
	bytes += length;
	return length;
}
