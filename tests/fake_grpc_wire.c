/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Speaks HTTP/2; see fake_grpc_wire.h. */
#include "fake_grpc_wire.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct connection client;

void die(const char *what)
{
	perror(what);
	_exit(1);
}

/* A client that has gone ends the connection's process. */
void send_all(const void *data, size_t len)
{
	const char *p = data;
	char scrap[65536];

	while (len) {
		ssize_t n = send(client.fd, p, len, MSG_NOSIGNAL);

		if (n <= 0)
			_exit(0);
		p += n;
		len -= (size_t)n;
	}
	/* what it says to a flood must not fill its socket */
	if (!client.stream)
		while (recv(client.fd, scrap, sizeof(scrap), MSG_DONTWAIT) > 0)
			;
}

void receive(void *ret, size_t len)
{
	char *p = ret;

	while (len) {
		ssize_t n = recv(client.fd, p, len, 0);

		if (n <= 0)
			_exit(0);
		p += n;
		len -= (size_t)n;
	}
}

void put_32(uint8_t *ret, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		ret[i] = (uint8_t)(value >> (24 - 8 * i));
}

uint32_t get_32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	       (uint32_t)p[2] << 8 | p[3];
}

void send_frame(int type, int flags, uint32_t stream, const void *data,
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

void send_32(int type, uint32_t stream, uint32_t value)
{
	uint8_t data[4];

	put_32(data, value);
	send_frame(type, 0, stream, data, sizeof(data));
}

void send_goaway(uint32_t last, long code)
{
	uint8_t data[8];

	put_32(data, last);
	put_32(data + 4, (uint32_t)code);
	send_frame(GOAWAY, 0, 0, data, sizeof(data));
}

/* ---- HPACK (RFC 7541): literals, never indexed, no Huffman ------------ */

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

void put_header(struct buf *block, const char *name, const char *value)
{
	buf_putc(block, 0x10);
	put_string(block, name, strlen(name));
	put_string(block, value, strlen(value));
}

void put_number(struct buf *block, const char *name, long value)
{
	char text[32];

	snprintf(text, sizeof(text), "%ld", value);
	put_header(block, name, text);
}

void send_block(const struct buf *block, int flags)
{
	int type = HEADERS;

	for (size_t at = 0, len; at < block->len; at += len) {
		len = block->len - at < FRAME_MAX ? block->len - at : FRAME_MAX;
		if (at + len == block->len)
			flags |= END_HEADERS;
		send_frame(type, flags, client.stream, block->data + at, len);
		type = CONTINUATION;
		flags = 0;
	}
}
