/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sends without end, each time something else; see fake_grpc_answer.h. */
#include "fake_grpc_answer.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define DRIP_US 20000

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

void flood(const struct answer *a)
{
	static const uint8_t zeros[8];

	client.stream = 0;
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
