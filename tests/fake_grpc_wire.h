/* SPDX-License-Identifier: GPL-2.0-or-later */
/* HTTP/2 for fake_grpc: frames and headers, right or wrong as it likes. */
#ifndef OTEL_TESTS_FAKE_GRPC_WIRE_H
#define OTEL_TESTS_FAKE_GRPC_WIRE_H

#include <nghttp2/nghttp2.h>
#include <stddef.h>
#include <stdint.h>

#include "util/buf.h"

#define FRAME_MAX 16384
#define PREFIX 5 /* of a gRPC message */

enum { DATA = 0, HEADERS = 1, RST = 3, SETTINGS = 4, PING = 6, GOAWAY = 7 };
enum { WINDOW_UPDATE = 8, CONTINUATION = 9 };
enum { END_STREAM = 1, ACK = 1, END_HEADERS = 4, PADDED = 8, PRIORITY = 32 };

/* The one connection of a process. */
extern struct connection {
	int fd;
	unsigned number;
	nghttp2_hd_inflater *inflater;
	struct buf head, body; /* of the request */
	uint32_t stream;
} client;

/* Those that fail end the process. */
void send_all(const void *data, size_t len);
void receive(void *ret, size_t len);
void put_32(uint8_t *ret, uint32_t value);
uint32_t get_32(const uint8_t *p);
void send_frame(int type, int flags, uint32_t stream, const void *data,
		size_t len);
void send_32(int type, uint32_t stream, uint32_t value);
void send_goaway(uint32_t last, long code);
void put_header(struct buf *block, const char *name, const char *value);
void put_number(struct buf *block, const char *name, long value);
void send_block(const struct buf *block, int flags);
void die(const char *what);

#endif
