/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Seeds of fuzz_spool_reader: spools whole, damaged, and of other versions. */
#include <string.h>

#include "make_seeds.h"
#include "spool/record.h"
#include "spool_case.h"

#define RECORD_LEN 40

static void put_record(struct buf *out, uint8_t version, uint8_t kind,
		       uint32_t job)
{
	struct spool_header header = {
		.version = version,
		.kind = kind,
		.len = RECORD_LEN,
		.job_id = job,
		.time_ns = UINT64_C(1700000000000000000) + job,
	};
	uint8_t bytes[SPOOL_HEADER_SIZE], payload[RECORD_LEN];

	for (size_t i = 0; i < sizeof(payload); i++)
		payload[i] = (uint8_t)(job + i);
	spool_header_encode(&header, payload, bytes);
	buf_append(out, bytes, sizeof(bytes));
	buf_append(out, payload, sizeof(payload));
}

/* Three records of this version. */
static struct buf three(uint32_t first)
{
	struct buf records = BUF_INIT;

	for (uint32_t i = 0; i < 3; i++)
		put_record(&records, SPOOL_VERSION, SPOOL_SPAN, first + i);
	return records;
}

static void begin(struct buf *out, enum spool_case_way way, unsigned interval)
{
	buf_putc(out, (char)(way | (interval - 1) << SPOOL_CASE_COMMIT_SHIFT));
}

static void put_bytes(struct buf *out, unsigned which, const void *data,
		      size_t len)
{
	uint8_t head[4] = { (uint8_t)which };

	spool_put_le(head + 1, len, 3);
	buf_append(out, head, sizeof(head));
	buf_append(out, data, len);
}

static void put_file(struct buf *out, unsigned which, struct buf *data)
{
	put_bytes(out, which, data->data, data->len);
	buf_free(data);
}

static void put_text(struct buf *out, unsigned which, const char *text)
{
	put_bytes(out, which, text, strlen(text));
}

static void save_spool(const char *name, struct buf *out)
{
	save("fuzz_spool_reader", name, out);
}

static void intact(struct buf *out)
{
	static const char *const names[] = { "intact-read", "intact-rewind",
					     "intact-restart", "intact-trim" };
	struct buf records;

	for (unsigned way = 0; way < 4; way++) {
		begin(out, way, 1 + way);
		records = three(1);
		put_file(out, SPOOL_CASE_SEGMENT_1, &records);
		records = three(4);
		put_file(out, SPOOL_CASE_SEGMENT_2, &records);
		records = three(7);
		put_file(out, SPOOL_CASE_CURRENT, &records);
		save_spool(names[way], out);
	}
	begin(out, SPOOL_CASE_READ, 1);
	out->data[0] |= SPOOL_CASE_MARK;
	records = three(1);
	put_file(out, SPOOL_CASE_SEGMENT_1, &records);
	save_spool("intact-mark", out);
	begin(out, SPOOL_CASE_READ, 1);
	save_spool("empty", out);
}

/* One bit of the middle record: of each field of its header, and of its
 * payload. */
static void flipped(struct buf *out)
{
	static const struct {
		const char *name;
		size_t at;
		uint8_t bit;
	} flips[] = {
		{ "flip-magic", 1, 0x10 },
		{ "flip-version", 4, 0x02 },
		{ "flip-kind", 5, 0x01 },
		{ "flip-zero", 6, 0x80 },
		{ "flip-length", 8, 0x08 },
		{ "flip-length-high", 10, 0x08 },
		{ "flip-length-top", 11, 0x80 },
		{ "flip-job", 12, 0x01 },
		{ "flip-time", 23, 0x80 },
		{ "flip-checksum", 24, 0x01 },
		{ "flip-payload", 40, 0x20 },
	};

	for (size_t i = 0; i < sizeof(flips) / sizeof(flips[0]); i++) {
		struct buf records = three(1);

		records.data[SPOOL_HEADER_SIZE + RECORD_LEN + flips[i].at] ^=
			flips[i].bit;
		begin(out, SPOOL_CASE_READ, 2);
		put_file(out, SPOOL_CASE_SEGMENT_1, &records);
		save_spool(flips[i].name, out);
	}
}

static void cut(struct buf *out)
{
	static const struct {
		const char *name;
		size_t len;
	} cuts[] = {
		{ "cut-in-magic", 2 * 72 + 2 },
		{ "cut-in-header", 2 * 72 + 20 },
		{ "cut-behind-header", 2 * 72 + 32 },
		{ "cut-in-payload", 3 * 72 - 1 },
	};

	for (size_t i = 0; i < sizeof(cuts) / sizeof(cuts[0]); i++) {
		struct buf records = three(1);

		records.len = cuts[i].len;
		begin(out, SPOOL_CASE_READ, 1);
		put_file(out, SPOOL_CASE_CURRENT, &records);
		save_spool(cuts[i].name, out);
	}
}

/* Of another version, of a kind to come, and with bytes between them. */
static void foreign(struct buf *out)
{
	struct buf records = three(1);

	put_record(&records, 2, SPOOL_SPAN, 4);
	put_record(&records, SPOOL_VERSION, SPOOL_SPAN, 5);
	put_record(&records, 0, SPOOL_SPAN, 6);
	put_record(&records, 255, 255, 7);
	begin(out, SPOOL_CASE_RESTART, 1);
	put_file(out, SPOOL_CASE_SEGMENT_1, &records);
	save_spool("other-versions", out);

	records = (struct buf)BUF_INIT;
	put_record(&records, SPOOL_VERSION, SPOOL_COMMENT, 1);
	put_record(&records, SPOOL_VERSION, 3, 2);
	put_record(&records, SPOOL_VERSION, 0, 3);
	put_record(&records, SPOOL_VERSION, 255, 4);
	begin(out, SPOOL_CASE_READ, 3);
	put_file(out, SPOOL_CASE_CURRENT, &records);
	save_spool("unknown-kinds", out);

	records = three(1);
	buf_puts(&records, "OTL1OTL1OTOTL1 no record at all");
	put_record(&records, SPOOL_VERSION, SPOOL_SPAN, 4);
	begin(out, SPOOL_CASE_TRIM, 1);
	put_file(out, SPOOL_CASE_SEGMENT_7, &records);
	save_spool("magic-between", out);
}

/* A length that reaches over the records behind it. */
static void overlong(struct buf *out)
{
	struct buf records = three(1);

	spool_put_le(records.data + 8, 2 * RECORD_LEN + SPOOL_HEADER_SIZE, 4);
	begin(out, SPOOL_CASE_READ, 1);
	put_file(out, SPOOL_CASE_SEGMENT_1, &records);
	save_spool("length-over-the-next", out);

	records = three(1);
	spool_put_le(records.data + 8, RECORD_LEN + SPOOL_HEADER_SIZE, 4);
	begin(out, SPOOL_CASE_READ, 1);
	put_file(out, SPOOL_CASE_SEGMENT_1 | SPOOL_CASE_REPAIR, &records);
	save_spool("record-in-a-record", out);

	records = three(1);
	spool_put_le(records.data + 8, SPOOL_PAYLOAD_MAX, 4);
	begin(out, SPOOL_CASE_READ, 1);
	put_file(out, SPOOL_CASE_SEGMENT_1, &records);
	save_spool("length-at-the-limit", out);
}

static void with_cursor(struct buf *out)
{
	static const struct {
		const char *name, *text;
	} cursors[] = {
		{ "cursor-middle", "1 72\n" },
		{ "cursor-inside-a-record", "1 50\n" },
		{ "cursor-end", "1 216\n" },
		{ "cursor-behind-the-end", "1 9223372036854775807\n" },
		{ "cursor-later-segment", "7 0\n" },
		{ "cursor-last-segment", "9223372036854775807 0\n" },
		{ "cursor-overflow", "1 18446744073709551616\n" },
		{ "cursor-no-newline", "1 72" },
		{ "cursor-text", "one\n" },
		{ "cursor-empty", "" },
	};

	for (size_t i = 0; i < sizeof(cursors) / sizeof(cursors[0]); i++) {
		struct buf records = three(1);

		begin(out, SPOOL_CASE_READ, 1);
		put_text(out, SPOOL_CASE_CURSOR, cursors[i].text);
		put_file(out, SPOOL_CASE_SEGMENT_1, &records);
		records = three(4);
		put_file(out, SPOOL_CASE_SEGMENT_2, &records);
		save_spool(cursors[i].name, out);
	}
}

/* The counters: as they are written, damaged, and with a condemned segment. */
static void with_dropped(struct buf *out)
{
	static const char *const names[] = { "dropped", "dropped-condemned",
					     "dropped-bad-checksum",
					     "dropped-short" };

	for (unsigned i = 0; i < 4; i++) {
		uint8_t data[64] = "OTLD\1";
		struct buf records = three(1);

		for (size_t field = 0; field < 5; field++)
			spool_put_le(data + 8 + 8 * field, 10 + field, 8);
		spool_put_le(data + 48, i == 1, 8);
		begin(out, i & 1 ? SPOOL_CASE_READ : SPOOL_CASE_TRIM, 1);
		put_bytes(out,
			  SPOOL_CASE_DROPPED | (i == 2 ? 0 : SPOOL_CASE_REPAIR),
			  data, i == 3 ? 60 : sizeof(data));
		put_file(out, SPOOL_CASE_SEGMENT_1, &records);
		save_spool(names[i], out);
	}
}

void seed_spools(void)
{
	_cleanup_buf_ struct buf out = BUF_INIT;

	intact(&out);
	flipped(&out);
	cut(&out);
	foreign(&out);
	overlong(&out);
	with_cursor(&out);
	with_dropped(&out);
}
