/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A gRPC receiver that does as it is told: HTTP/2 on 127.0.0.1 without TLS,
 * frame by frame, so that it can break every rule of it.  The sibling of
 * fake_collector.c.
 *
 *   fake_grpc --dir DIR [--port N] ANSWER...
 *
 * It prints its port and serves until it is killed or its parent ends.  The
 * last answer is repeated for ever.  fake_grpc_script.h says what an answer is.
 *
 * Request N is kept as DIR/NNNNNN.STATUS.body (the message, without prefix) and
 * .head, where STATUS is 200 for a grpc-status 0, and the first word else.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fake_grpc_answer.h"
#include "fake_listen.h"

#define PREFACE 24
#define WINDOW 0x7fffffff

/* Shared by the processes, of which every connection has one. */
static struct counters {
	int script_at;
	unsigned requests, connections;
} * counters;

static const char *the_dir;
static char *const *script;
static int script_len;

static struct answer next_answer(bool take)
{
	int at = counters->script_at;

	if (!script_len)
		return parse_answer("0");
	if (at < script_len - 1)
		counters->script_at += take;
	return parse_answer(script[at]);
}

/* ---- requests --------------------------------------------------------- */

static void keep(const char *name, const void *data, size_t len)
{
	char path[512], temporary[512];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", the_dir, name);
	snprintf(temporary, sizeof(temporary), "%s/.%s", the_dir, name);
	fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0 || write(fd, data, len) != (ssize_t)len || close(fd) < 0 ||
	    rename(temporary, path) < 0)
		die(path);
}

static void keep_request(const struct answer *a)
{
	unsigned n =
		__atomic_add_fetch(&counters->requests, 1, __ATOMIC_SEQ_CST);
	const char *word = strcmp(a->status, "0") ? a->status : "200";
	char name[128];

	if (!*word)
		word = "none";
	if (client.body.len < PREFIX)
		die("a request without a message");
	buf_printf(&client.head, "frame: %u %u\n", client.body.data[0],
		   get_32(client.body.data + 1));
	snprintf(name, sizeof(name), "%06u.connection", n);
	keep(name, &client.number, sizeof(client.number));
	snprintf(name, sizeof(name), "%06u.%s.body", n, word);
	keep(name, client.body.data + PREFIX, client.body.len - PREFIX);
	snprintf(name, sizeof(name), "%06u.%s.head", n, word);
	keep(name, client.head.data, client.head.len);
}

static void inflate_block(const uint8_t *data, size_t len, bool last)
{
	nghttp2_nv nv;
	int flags;

	for (;;) {
		ssize_t n = nghttp2_hd_inflate_hd2(client.inflater, &nv, &flags,
						   data, len, last);

		if (n < 0)
			die("HPACK");
		data += n;
		len -= (size_t)n;
		if (flags & NGHTTP2_HD_INFLATE_EMIT)
			buf_printf(&client.head, "%.*s: %.*s\n",
				   (int)nv.namelen, nv.name, (int)nv.valuelen,
				   nv.value);
		if (flags & NGHTTP2_HD_INFLATE_FINAL)
			nghttp2_hd_inflate_end_headers(client.inflater);
		if ((flags & NGHTTP2_HD_INFLATE_FINAL) ||
		    (!(flags & NGHTTP2_HD_INFLATE_EMIT) && !len))
			return;
	}
}

/* Without padding and priority. */
static void trim_frame(int type, int flags, const uint8_t **data, size_t *len)
{
	if (flags & PADDED) {
		*len -= 1u + **data;
		++*data;
	}
	if (type == HEADERS && flags & PRIORITY) {
		*data += 5;
		*len -= 5;
	}
}

static void take_request(void)
{
	struct answer a = next_answer(true);

	keep_request(&a);
	act(&a);
	buf_clear(&client.head);
	buf_clear(&client.body);
}

static void take_frame(int type, int flags, uint32_t stream,
		       const uint8_t *data, size_t len)
{
	if (type == SETTINGS && !(flags & ACK))
		send_frame(SETTINGS, ACK, 0, NULL, 0);
	if (type == PING && !(flags & ACK))
		send_frame(PING, ACK, 0, data, len);
	if (type == GOAWAY)
		_exit(0);
	if (type != HEADERS && type != CONTINUATION && type != DATA)
		return;
	client.stream = stream;
	trim_frame(type, flags, &data, &len);
	if (type == DATA)
		buf_append(&client.body, data, len);
	else
		inflate_block(data, len, flags & END_HEADERS);
	/* no request of ours has a body of zero length */
	if (type == DATA && flags & END_STREAM)
		take_request();
}

/* ---- the server ------------------------------------------------------- */

static void send_http1(void)
{
	static const char text[] = "HTTP/1.1 400 Bad Request\r\n"
				   "Content-Length: 0\r\n\r\n";

	send_all(text, strlen(text));
	leave();
}

static void serve_connection(int fd)
{
	static const uint8_t settings[] = { 0, 4, 0x7f, 0xff, 0xff, 0xff };
	uint8_t preface[PREFACE], head[9], data[FRAME_MAX];

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	client.fd = fd;
	client.number =
		__atomic_add_fetch(&counters->connections, 1, __ATOMIC_SEQ_CST);
	if (nghttp2_hd_inflate_new(&client.inflater))
		die("nghttp2");
	receive(preface, sizeof(preface));
	if (next_answer(false).http1) {
		next_answer(true);
		send_http1();
	}
	client.stream = 1;
	/* a window that no request fills: initial, and of the connection */
	send_frame(SETTINGS, 0, 0, settings, sizeof(settings));
	send_32(WINDOW_UPDATE, 0, WINDOW - 65535);
	for (;;) {
		size_t len;

		receive(head, sizeof(head));
		len = get_32(head) >> 8;
		if (len > sizeof(data))
			die("a frame that is too large");
		receive(data, len);
		take_frame(head[3], head[4], get_32(head + 5) & WINDOW, data,
			   len);
	}
}

int main(int argc, char **argv)
{
	uint16_t port = 0;
	int i, listener, fd;

	/* no test leaves it behind */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGCHLD, SIG_IGN);
	for (i = 1; i + 1 < argc && !strncmp(argv[i], "--", 2); i += 2) {
		if (!strcmp(argv[i], "--dir"))
			the_dir = argv[i + 1];
		else if (!strcmp(argv[i], "--port"))
			port = (uint16_t)atoi(argv[i + 1]);
	}
	if (!the_dir) {
		fputs("fake_grpc: --dir DIR is needed\n", stderr);
		return 2;
	}
	script = argv + i;
	script_len = argc - i;
	counters = mmap(NULL, sizeof(*counters), PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (counters == MAP_FAILED)
		die("mmap");
	listener = fake_listen(port);
	while ((fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC)) >= 0) {
		if (fork() == 0) {
			close(listener);
			serve_connection(fd);
		}
		close(fd);
	}
	die("accept");
}
