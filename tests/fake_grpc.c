/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A gRPC receiver that does as it is told: HTTP/2 on 127.0.0.1 without TLS,
 * frame by frame, so that it can break every rule of it.  The sibling of
 * fake_collector.c.
 *
 *   fake_grpc --dir DIR [--port N] ANSWER...
 *
 * It prints its port and serves until it is killed or its parent ends.  The
 * last answer is repeated for ever.  An answer is words divided by blanks:
 *
 *   TEXT              the grpc-status: 0, 14, ...; none: no grpc-status
 *   http=N            :status, 200 else
 *   type=TEXT         content-type, application/grpc else
 *   only              trailers-only: one HEADERS frame
 *   retry=MS          a RetryInfo in grpc-status-details-bin
 *   details=TEXT      grpc-status-details-bin as it is
 *   retry-after=TEXT  header
 *   twice=TEXT        a second grpc-status in the same trailers
 *   partial=N         partial_success with N rejected spans
 *   split             each byte of the message in a DATA frame of its own
 *   length=N          what the message's prefix says of its length
 *   flag=N            its compressed flag
 *   body=N            N more bytes, zeros, after the message
 *   trailers=N        N bytes of other trailers before the status
 *   message=TEXT      grpc-message as it is; takes the rest
 *
 * and what comes instead of an answer, or after its beginning with `begin`:
 *
 *   hang              nothing more; also to later requests of the connection
 *   drop              the connection is closed
 *   rst=CODE          RST_STREAM
 *   goaway=CODE       GOAWAY for this request; with `begin`, after it
 *   flood=KIND        without end: settings, ping, window, interim (103),
 *                     headers, drip-headers, data, empty, drip
 *   last              after a whole answer: GOAWAY, as a server that restarts
 *   close             after a whole answer: the connection is closed
 *   http1             the connection is answered as HTTP/1.1 does
 *
 * Request N is kept as DIR/NNNNNN.STATUS.body (the message, without prefix) and
 * .head, where STATUS is 200 for a grpc-status 0, and the first word else.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <nghttp2/nghttp2.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "util/buf.h"

#define TEXT_MAX 1024
#define FRAME_MAX 16384
#define PREFACE 24
#define PREFIX 5
#define DRIP_US 20000
#define WINDOW 0x7fffffff

enum { DATA = 0, HEADERS = 1, RST = 3, SETTINGS = 4, PING = 6, GOAWAY = 7 };
enum { WINDOW_UPDATE = 8, CONTINUATION = 9 };
enum { END_STREAM = 1, ACK = 1, END_HEADERS = 4, PADDED = 8, PRIORITY = 32 };

struct answer {
	char status[64], type[64], twice[64], retry_after[64], flood[16];
	char details[8 * TEXT_MAX], message[TEXT_MAX];
	long http, retry_ms, partial, length, flag, body, trailers, rst, goaway;
	bool only, split, begin, hang, drop, last, close, http1;
};

/* Shared by the processes, of which every connection has one. */
static struct counters {
	int script_at;
	unsigned requests, connections;
} * counters;

static const char *the_dir;
static char *const *script;
static int script_len;

/* One connection. */
static struct connection {
	int fd;
	unsigned number;
	nghttp2_hd_inflater *inflater;
	struct buf head, body; /* of the request */
	uint32_t stream;
} c;

static void die(const char *what)
{
	perror(what);
	_exit(1);
}

/* ---- the script --------------------------------------------------------- */

static struct number_word {
	const char *name;
	size_t offset;
} number_words[] = {
	{ "http=", offsetof(struct answer, http) },
	{ "retry=", offsetof(struct answer, retry_ms) },
	{ "partial=", offsetof(struct answer, partial) },
	{ "length=", offsetof(struct answer, length) },
	{ "flag=", offsetof(struct answer, flag) },
	{ "body=", offsetof(struct answer, body) },
	{ "trailers=", offsetof(struct answer, trailers) },
	{ "rst=", offsetof(struct answer, rst) },
	{ "goaway=", offsetof(struct answer, goaway) },
};

static struct text_word {
	const char *name;
	size_t offset, size;
} text_words[] = {
#define TEXT(name, member)                                                     \
	{                                                                      \
		name, offsetof(struct answer, member),                         \
			sizeof(((struct answer *)NULL)->member)                \
	}
	TEXT("type=", type),
	TEXT("twice=", twice),
	TEXT("details=", details),
	TEXT("flood=", flood),
	TEXT("retry-after=", retry_after),
};

static struct flag_word {
	const char *name;
	size_t offset;
} flag_words[] = {
	{ "only", offsetof(struct answer, only) },
	{ "split", offsetof(struct answer, split) },
	{ "begin", offsetof(struct answer, begin) },
	{ "hang", offsetof(struct answer, hang) },
	{ "drop", offsetof(struct answer, drop) },
	{ "last", offsetof(struct answer, last) },
	{ "close", offsetof(struct answer, close) },
	{ "http1", offsetof(struct answer, http1) },
};

#define N(table) (sizeof(table) / sizeof((table)[0]))

static void parse_word(struct answer *a, const char *word)
{
	char *base = (char *)a;

	for (size_t i = 0; i < N(number_words); i++) {
		size_t len = strlen(number_words[i].name);

		if (!strncmp(word, number_words[i].name, len)) {
			*(long *)(base + number_words[i].offset) =
				atol(word + len);
			return;
		}
	}
	for (size_t i = 0; i < N(text_words); i++) {
		size_t len = strlen(text_words[i].name);

		if (!strncmp(word, text_words[i].name, len)) {
			snprintf(base + text_words[i].offset,
				 text_words[i].size, "%s", word + len);
			return;
		}
	}
	for (size_t i = 0; i < N(flag_words); i++)
		if (!strcmp(word, flag_words[i].name)) {
			*(bool *)(base + flag_words[i].offset) = true;
			return;
		}
	snprintf(a->status, sizeof(a->status), "%s", word);
}

static struct answer parse_answer(const char *text)
{
	struct answer a = { .type = "application/grpc",
			    .http = 200,
			    .retry_ms = -1,
			    .length = -1,
			    .rst = -1,
			    .goaway = -1 };
	char line[16 * TEXT_MAX], *rest = line, *word, *message;

	snprintf(line, sizeof(line), "%s", text);
	message = strstr(line, "message=");
	if (message) {
		*message = '\0';
		snprintf(a.message, sizeof(a.message), "%s", message + 8);
	}
	while ((word = strsep(&rest, " ")))
		if (*word)
			parse_word(&a, word);
	return a;
}

static struct answer next_answer(bool take)
{
	int at = counters->script_at;

	if (!script_len)
		return parse_answer("0");
	if (at < script_len - 1)
		counters->script_at += take;
	return parse_answer(script[at]);
}

/* ---- frames ---------------------------------------------------------------
 */

/* A client that has gone ends the connection's process. */
static void send_all(const void *data, size_t len)
{
	const char *p = data;
	char scrap[65536];

	while (len) {
		ssize_t n = send(c.fd, p, len, MSG_NOSIGNAL);

		if (n <= 0)
			_exit(0);
		p += n;
		len -= (size_t)n;
	}
	/* what it says to a flood must not fill its socket */
	if (!c.stream)
		while (recv(c.fd, scrap, sizeof(scrap), MSG_DONTWAIT) > 0)
			;
}

static void receive(void *ret, size_t len)
{
	char *p = ret;

	while (len) {
		ssize_t n = recv(c.fd, p, len, 0);

		if (n <= 0)
			_exit(0);
		p += n;
		len -= (size_t)n;
	}
}

static void put_32(uint8_t *ret, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		ret[i] = (uint8_t)(value >> (24 - 8 * i));
}

static uint32_t get_32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	       (uint32_t)p[2] << 8 | p[3];
}

static void send_frame(int type, int flags, uint32_t stream, const void *data,
		       size_t len)
{
	uint8_t frame[9 + FRAME_MAX];

	put_32(frame, (uint32_t)len << 8 | (uint32_t)type);
	frame[4] = (uint8_t)flags;
	put_32(frame + 5, stream);
	if (len)
		memcpy(frame + 9, data, len);
	send_all(frame, 9 + len);
}

static void send_32(int type, uint32_t stream, uint32_t value)
{
	uint8_t data[4];

	put_32(data, value);
	send_frame(type, 0, stream, data, sizeof(data));
}

static void send_goaway(uint32_t last, long code)
{
	uint8_t data[8];

	put_32(data, last);
	put_32(data + 4, (uint32_t)code);
	send_frame(GOAWAY, 0, 0, data, sizeof(data));
}

/* ---- HPACK (RFC 7541): literals, never indexed, no Huffman -------------- */

static void put_string(struct buf *buf, const char *text, size_t len)
{
	size_t rest = len;

	if (len < 127) {
		buf_putc(buf, (char)len);
	} else {
		buf_putc(buf, 127);
		for (rest -= 127; rest > 127; rest >>= 7)
			buf_putc(buf, (char)(0x80 | (rest & 0x7f)));
		buf_putc(buf, (char)rest);
	}
	buf_append(buf, text, len);
}

static void put_header(struct buf *block, const char *name, const char *value)
{
	buf_putc(block, 0x10);
	put_string(block, name, strlen(name));
	put_string(block, value, strlen(value));
}

static void put_number(struct buf *block, const char *name, long value)
{
	char text[32];

	snprintf(text, sizeof(text), "%ld", value);
	put_header(block, name, text);
}

static void send_block(const struct buf *block, int flags)
{
	int type = HEADERS;

	for (size_t at = 0, len; at < block->len; at += len) {
		len = block->len - at < FRAME_MAX ? block->len - at : FRAME_MAX;
		if (at + len == block->len)
			flags |= END_HEADERS;
		send_frame(type, flags, c.stream, block->data + at, len);
		type = CONTINUATION;
		flags = 0;
	}
}

/* ---- protobuf --------------------------------------------------------------
 */

static void put_varint(struct buf *buf, uint64_t value)
{
	for (; value > 0x7f; value >>= 7)
		buf_putc(buf, (char)(0x80 | (value & 0x7f)));
	buf_putc(buf, (char)value);
}

static void put_field(struct buf *buf, int field, const void *data, size_t len)
{
	put_varint(buf, (uint64_t)(field << 3 | 2));
	put_varint(buf, len);
	buf_append(buf, data, len);
}

static void put_integer(struct buf *buf, int field, uint64_t value)
{
	put_varint(buf, (uint64_t)(field << 3));
	put_varint(buf, value);
}

static void base64(const struct buf *in, char *ret)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789+/";
	uint32_t bits = 0;
	int have = 0;

	for (size_t i = 0; i < in->len; i++) {
		bits = bits << 8 | in->data[i];
		for (have += 8; have >= 6; have -= 6)
			*ret++ = digits[bits >> (have - 6) & 63];
	}
	if (have)
		*ret++ = digits[bits << (6 - have) & 63];
	*ret = '\0';
}

/* google.rpc.Status with a RetryInfo, without padding, as gRPC has it. */
static void make_details(long ms, char *ret)
{
	static const char type[] = "type.googleapis.com/google.rpc.RetryInfo";
	struct buf duration = BUF_INIT, info = BUF_INIT, any = BUF_INIT;
	struct buf status = BUF_INIT;

	put_integer(&duration, 1, (uint64_t)ms / 1000);
	put_integer(&duration, 2, (uint64_t)(ms % 1000 * 1000000));
	put_field(&info, 1, duration.data, duration.len);
	put_field(&any, 1, type, strlen(type));
	put_field(&any, 2, info.data, info.len);
	put_integer(&status, 1, 8);
	put_field(&status, 3, any.data, any.len);
	base64(&status, ret);
}

static void make_message(const struct answer *a, struct buf *ret)
{
	struct buf partial = BUF_INIT;

	if (!a->partial)
		return;
	put_integer(&partial, 1, (uint64_t)a->partial);
	put_field(&partial, 2, a->message, strlen(a->message));
	put_field(ret, 1, partial.data, partial.len);
}

/* ---- the answer ------------------------------------------------------------
 */

static void put_status(struct buf *block, const struct answer *a)
{
	char details[TEXT_MAX];

	if (*a->status && strcmp(a->status, "none"))
		put_header(block, "grpc-status", a->status);
	if (*a->twice)
		put_header(block, "grpc-status", a->twice);
	if (*a->message && !a->partial)
		put_header(block, "grpc-message", a->message);
	if (a->retry_ms >= 0) {
		make_details(a->retry_ms, details);
		put_header(block, "grpc-status-details-bin", details);
	}
	if (*a->details)
		put_header(block, "grpc-status-details-bin", a->details);
}

static void put_head(struct buf *block, const struct answer *a)
{
	put_number(block, ":status", a->http);
	put_header(block, "content-type", a->type);
	if (*a->retry_after)
		put_header(block, "retry-after", a->retry_after);
}

static void send_message(const struct answer *a)
{
	static const uint8_t zeros[FRAME_MAX];
	struct buf frame = BUF_INIT, message = BUF_INIT;
	uint8_t prefix[PREFIX] = { (uint8_t)a->flag };
	size_t step;

	make_message(a, &message);
	put_32(prefix + 1,
	       (uint32_t)(a->length >= 0 ? a->length : (long)message.len));
	buf_append(&frame, prefix, sizeof(prefix));
	buf_append(&frame, message.data, message.len);
	step = a->split ? 1 : frame.len;
	for (size_t at = 0; at < frame.len; at += step)
		send_frame(DATA, 0, c.stream, frame.data + at, step);
	for (size_t left = (size_t)a->body, n; left; left -= n) {
		n = left < FRAME_MAX ? left : FRAME_MAX;
		send_frame(DATA, 0, c.stream, zeros, n);
	}
}

static void begin(const struct answer *a)
{
	struct buf block = BUF_INIT;

	put_head(&block, a);
	send_block(&block, 0);
	send_message(a);
}

static void put_padding(struct buf *block, size_t len)
{
	char value[1001], name[32];

	memset(value, 'x', sizeof(value) - 1);
	value[sizeof(value) - 1] = '\0';
	for (size_t i = 0; i < len / 1000; i++) {
		snprintf(name, sizeof(name), "x-%zu", i);
		put_header(block, name, value);
	}
}

static void answer(const struct answer *a)
{
	struct buf block = BUF_INIT;

	if (a->only)
		put_head(&block, a);
	else
		begin(a);
	put_padding(&block, (size_t)a->trailers);
	put_status(&block, a);
	if (block.len)
		send_block(&block, END_STREAM);
	else
		send_frame(DATA, END_STREAM, c.stream, NULL, 0);
}

/* ---- floods
 * ------------------------------------------------------------------- */

static void flood_headers(useconds_t pause)
{
	struct buf block = BUF_INIT;
	int type = HEADERS;

	put_number(&block, ":status", 200);
	for (;; type = CONTINUATION) {
		send_frame(type, 0, 1, block.data, block.len);
		buf_clear(&block);
		put_padding(&block, 1000);
		usleep(pause);
	}
}

/* The first byte of a frame's head, then the next, ... */
static void flood_drip_headers(void)
{
	uint8_t head[9] = { 0, 0x3f, 0xff, HEADERS, 0, 0, 0, 0, 1 };

	for (size_t i = 0;; i++) {
		send_all(i < sizeof(head) ? &head[i] : (uint8_t[]){ 0x10 }, 1);
		usleep(DRIP_US);
	}
}

static void flood_interim(void)
{
	struct buf block = BUF_INIT;

	put_number(&block, ":status", 103);
	for (;;)
		send_frame(HEADERS, END_HEADERS, 1, block.data, block.len);
}

static void flood_data(const struct answer *a, size_t size, useconds_t pause)
{
	static const uint8_t zeros[FRAME_MAX];
	struct buf block = BUF_INIT;

	put_head(&block, a);
	send_frame(HEADERS, END_HEADERS, 1, block.data, block.len);
	for (;;) {
		send_frame(DATA, 0, 1, zeros, size);
		usleep(pause);
	}
}

static void flood(const struct answer *a)
{
	static const uint8_t zeros[8];

	c.stream = 0;
	if (!strcmp(a->flood, "headers"))
		flood_headers(0);
	if (!strcmp(a->flood, "drip-headers"))
		flood_drip_headers();
	if (!strcmp(a->flood, "interim"))
		flood_interim();
	if (!strcmp(a->flood, "data"))
		flood_data(a, FRAME_MAX, 0);
	if (!strcmp(a->flood, "empty"))
		flood_data(a, 0, 0);
	if (!strcmp(a->flood, "drip"))
		flood_data(a, 1, DRIP_US);
	while (!strcmp(a->flood, "ping"))
		send_frame(PING, 0, 0, zeros, sizeof(zeros));
	while (!strcmp(a->flood, "settings"))
		send_frame(SETTINGS, 0, 0, NULL, 0);
	while (!strcmp(a->flood, "window"))
		send_32(WINDOW_UPDATE, 0, 1);
	fprintf(stderr, "fake_grpc: no flood of %s\n", a->flood);
	_exit(2);
}

/* Instead of the end of an answer. */
static void break_off(const struct answer *a)
{
	char scrap[4096];

	if (*a->flood)
		flood(a);
	if (a->rst >= 0)
		send_32(RST, c.stream, (uint32_t)a->rst);
	if (a->goaway >= 0)
		send_goaway(a->begin ? c.stream : 0, a->goaway);
	while (a->hang && recv(c.fd, scrap, sizeof(scrap), 0) > 0)
		;
	if (a->rst < 0)
		_exit(0);
}

/* What the client sent meanwhile, unread at the end, would reset the
 * connection and take the answer with it. */
static void leave(void)
{
	char scrap[4096];

	shutdown(c.fd, SHUT_WR);
	while (recv(c.fd, scrap, sizeof(scrap), 0) > 0)
		;
	_exit(0);
}

static void act(const struct answer *a)
{
	bool broken = a->hang || a->drop || a->rst >= 0 || a->goaway >= 0 ||
		      *a->flood;

	if (broken) {
		if (a->begin)
			begin(a);
		break_off(a);
		return;
	}
	answer(a);
	if (a->last)
		send_goaway(c.stream, 0);
	if (a->last || a->close)
		leave();
}

/* ---- requests
 * ------------------------------------------------------------------- */

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
	if (c.body.len < PREFIX)
		die("a request without a message");
	buf_printf(&c.head, "frame: %u %u\n", c.body.data[0],
		   get_32(c.body.data + 1));
	snprintf(name, sizeof(name), "%06u.connection", n);
	keep(name, &c.number, sizeof(c.number));
	snprintf(name, sizeof(name), "%06u.%s.body", n, word);
	keep(name, c.body.data + PREFIX, c.body.len - PREFIX);
	snprintf(name, sizeof(name), "%06u.%s.head", n, word);
	keep(name, c.head.data, c.head.len);
}

static void inflate_block(const uint8_t *data, size_t len, bool last)
{
	nghttp2_nv nv;
	int flags;

	for (;;) {
		ssize_t n = nghttp2_hd_inflate_hd2(c.inflater, &nv, &flags,
						   data, len, last);

		if (n < 0)
			die("HPACK");
		data += n;
		len -= (size_t)n;
		if (flags & NGHTTP2_HD_INFLATE_EMIT)
			buf_printf(&c.head, "%.*s: %.*s\n", (int)nv.namelen,
				   nv.name, (int)nv.valuelen, nv.value);
		if (flags & NGHTTP2_HD_INFLATE_FINAL)
			nghttp2_hd_inflate_end_headers(c.inflater);
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
	buf_clear(&c.head);
	buf_clear(&c.body);
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
	c.stream = stream;
	trim_frame(type, flags, &data, &len);
	if (type == DATA)
		buf_append(&c.body, data, len);
	else
		inflate_block(data, len, flags & END_HEADERS);
	/* no request of ours has a body of zero length */
	if (type == DATA && flags & END_STREAM)
		take_request();
}

/* ---- the server
 * ----------------------------------------------------------------- */

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
	c.fd = fd;
	c.number =
		__atomic_add_fetch(&counters->connections, 1, __ATOMIC_SEQ_CST);
	if (nghttp2_hd_inflate_new(&c.inflater))
		die("nghttp2");
	receive(preface, sizeof(preface));
	if (next_answer(false).http1) {
		next_answer(true);
		send_http1();
	}
	c.stream = 1;
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

static int listen_on(uint16_t port)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t len = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;

	if (fd < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) < 0 ||
	    bind(fd, (struct sockaddr *)&address, len) < 0 ||
	    listen(fd, 32) < 0 ||
	    getsockname(fd, (struct sockaddr *)&address, &len) < 0)
		die("listen");
	printf("%u\n", (unsigned)ntohs(address.sin_port));
	fflush(stdout);
	return fd;
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
	listener = listen_on(port);
	while ((fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC)) >= 0) {
		if (fork() == 0) {
			close(listener);
			serve_connection(fd);
		}
		close(fd);
	}
	die("accept");
}
