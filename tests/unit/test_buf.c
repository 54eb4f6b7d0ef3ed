/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The byte buffer: growth, failure that is remembered, and what is freed. */
#include "util/buf.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "support.h"

/* Under AddressSanitizer realloc must say no as well, not end the test. */
const char *__asan_default_options(void);
__attribute__((visibility("default"))) const char *__asan_default_options(void)
{
	return "allocator_may_return_null=1";
}

static void assert_holds(const struct buf *buf, const char *text)
{
	cr_assert_eq(buf->len, strlen(text));
	cr_assert_arr_eq(buf->data, text, buf->len);
}

Test(buf, a_size_that_overflows_fails_and_is_remembered)
{
	_cleanup_buf_ struct buf buf = BUF_INIT;

	buf_puts(&buf, "kept");
	cr_assert_not(buf.failed);
	cr_assert_eq(buf_reserve(&buf, SIZE_MAX), -1);
	cr_assert(buf.failed);
	buf_puts(&buf, "lost");
	buf_printf(&buf, "%d", 7);
	assert_holds(&buf, "kept");
	buf_clear(&buf);
	cr_assert_not(buf.failed);
	buf_puts(&buf, "new");
	assert_holds(&buf, "new");
}

/* More than an address space has: realloc itself says no. */
Test(buf, no_memory_fails_and_is_remembered)
{
	_cleanup_buf_ struct buf buf = BUF_INIT;

	buf_puts(&buf, "kept");
	cr_assert_eq(buf_reserve(&buf, (size_t)PTRDIFF_MAX), -1);
	cr_assert(buf.failed);
	cr_assert_eq(buf_reserve(&buf, 1), -1);
	assert_holds(&buf, "kept");
}

Test(buf, appends_in_order)
{
	_cleanup_buf_ struct buf buf = BUF_INIT;

	buf_append(&buf, NULL, 0);
	cr_assert_null(buf.data);
	buf_puts(&buf, "");
	buf_puts(&buf, "one");
	buf_putc(&buf, ',');
	buf_printf(&buf, "%s %d%%", "two", 3);
	buf_append(&buf, ";4", 2);
	cr_assert_not(buf.failed);
	assert_holds(&buf, "one,two 3%;4");
}

Test(buf, keeps_nul_bytes)
{
	_cleanup_buf_ struct buf buf = BUF_INIT;

	buf_append(&buf, "a\0b", 3);
	buf_putc(&buf, '\0');
	cr_assert_eq(buf.len, 4);
	cr_assert_arr_eq(buf.data, "a\0b\0", 4);
}

Test(buf, reserve_makes_room_for_all_of_it)
{
	_cleanup_buf_ struct buf buf = BUF_INIT;
	const uint8_t *data;

	buf_puts(&buf, "x");
	cr_assert_eq(buf_reserve(&buf, 5000), 0);
	cr_assert_geq(buf.cap, 5001);
	cr_assert_eq(buf.len, 1);
	data = buf.data;
	for (int i = 0; i < 5000; i++)
		buf_putc(&buf, 'y');
	cr_assert_eq(buf.data, data, "room once reserved does not move");
}

Test(buf, printf_of_more_than_the_room_left)
{
	for (int len = 0; len < 1200; len++) {
		_cleanup_buf_ struct buf buf = BUF_INIT;

		buf_puts(&buf, "<");
		buf_printf(&buf, "%*d>", len, 5);
		cr_assert_eq(buf.len, (size_t)(len > 1 ? len : 1) + 2);
		cr_assert_eq(buf.data[buf.len - 1], '>');
		cr_assert_eq(buf.data[buf.len - 2], '5');
	}
}

Test(buf, clear_keeps_the_memory_and_free_gives_it_back)
{
	struct buf buf = BUF_INIT;
	size_t cap;

	buf_puts(&buf, "text");
	cap = buf.cap;
	buf_clear(&buf);
	cr_assert_eq(buf.len, 0);
	cr_assert_eq(buf.cap, cap);
	cr_assert_not_null(buf.data);
	errno = ENOSPC;
	buf_free(&buf);
	buf_free(&buf);
	cr_assert_eq(errno, ENOSPC);
	cr_assert_null(buf.data);
	cr_assert_eq(buf.len, 0);
	cr_assert_eq(buf.cap, 0);
}

Test(buf, holds_what_was_appended_in_random_pieces)
{
	_cleanup_buf_ struct buf buf = BUF_INIT;
	static uint8_t expected[1 << 20];
	uint64_t seed = 3;
	size_t len = 0;

	for (;;) {
		uint8_t piece[700];
		const size_t n = random_below(&seed, sizeof(piece) + 1);

		if (len + n > sizeof(expected))
			break;
		random_bytes(&seed, piece, n);
		memcpy(expected + len, piece, n);
		len += n;
		buf_append(&buf, piece, n);
	}
	cr_assert_not(buf.failed);
	cr_assert_eq(buf.len, len);
	cr_assert_eq(memcmp(buf.data, expected, len), 0);
}
