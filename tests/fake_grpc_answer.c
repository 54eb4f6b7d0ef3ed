/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Answers as the script says; see fake_grpc_answer.h. */
#include "fake_grpc_answer.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* ---- protobuf --------------------------------------------------------- */

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

/* ---- the answer ------------------------------------------------------- */

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

void put_head(struct buf *block, const struct answer *a)
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
		send_frame(DATA, 0, client.stream, frame.data + at, step);
	for (size_t left = (size_t)a->body, n; left; left -= n) {
		n = left < FRAME_MAX ? left : FRAME_MAX;
		send_frame(DATA, 0, client.stream, zeros, n);
	}
}

static void begin(const struct answer *a)
{
	struct buf block = BUF_INIT;

	put_head(&block, a);
	send_block(&block, 0);
	send_message(a);
}

void put_padding(struct buf *block, size_t len)
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
		send_frame(DATA, END_STREAM, client.stream, NULL, 0);
}

/* ---- what becomes of it ----------------------------------------------- */

/* Instead of the end of an answer. */
static void break_off(const struct answer *a)
{
	char scrap[4096];

	if (*a->flood)
		flood(a);
	if (a->rst >= 0)
		send_32(RST, client.stream, (uint32_t)a->rst);
	if (a->goaway >= 0)
		send_goaway(a->begin ? client.stream : 0, a->goaway);
	while (a->hang && recv(client.fd, scrap, sizeof(scrap), 0) > 0)
		;
	if (a->rst < 0)
		_exit(0);
}

/* What the client sent meanwhile, unread at the end, would reset the
 * connection and take the answer with it. */
void leave(void)
{
	char scrap[4096];

	shutdown(client.fd, SHUT_WR);
	while (recv(client.fd, scrap, sizeof(scrap), 0) > 0)
		;
	_exit(0);
}

void act(const struct answer *a)
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
		send_goaway(client.stream, 0);
	if (a->last || a->close)
		leave();
}
