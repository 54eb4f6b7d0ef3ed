/* SPDX-License-Identifier: GPL-2.0-or-later */
/* gRPC's framing, and the forms of its headers. */
#include "otlp/grpc_frame.h"
#include "otlp/grpc_text.h"

#include <stdio.h>

#include <criterion/criterion.h>

#include "support.h"

/* ---- frames ------------------------------------------------------------- */

static bool opens(const char *body, size_t len, const char *want)
{
	const uint8_t *message = NULL;
	size_t n = 0;

	if (!grpc_frame_open((const uint8_t *)guarded_copy(body, len), len,
			     &message, &n))
		return false;
	cr_assert_eq(n, strlen(want));
	cr_assert_eq(memcmp(message, want, n), 0);
	return true;
}

Test(grpc_frame, what_is_not_whole_is_not_read)
{
	const char body[] = "\0\0\0\0\3abc";

	cr_assert_not(grpc_frame_open(NULL, 0, NULL, NULL));
	for (size_t len = 0; len < 8; len++)
		cr_assert_not(opens(body, len, ""), "%zu", len);
	cr_assert(opens(body, 8, "abc"));
}

Test(grpc_frame, a_length_that_lies_is_no_length)
{
	cr_assert_not(opens("\0\xff\xff\xff\xff"
			    "abc",
			    8, ""));
	cr_assert_not(opens("\0\x80\0\0\3abc", 8, ""));
	cr_assert_not(opens("\0\0\0\0\4abc", 8, ""));
}

Test(grpc_frame, a_compressed_message_is_not_ours)
{
	cr_assert_not(opens("\1\0\0\0\3abc", 8, ""));
	cr_assert_not(opens("\xff\0\0\0\3abc", 8, ""));
}

Test(grpc_frame, the_first_message_counts)
{
	cr_assert(opens("\0\0\0\0\3abc\0\0\0\0\1d", 14, "abc"));
	cr_assert(opens("\0\0\0\0\0", 5, ""));
	cr_assert(opens("\0\0\0\1\0"
			"0123456789abcdef0123456789abcdef0123456789abcdef"
			"0123456789abcdef0123456789abcdef0123456789abcdef"
			"0123456789abcdef0123456789abcdef0123456789abcdef"
			"0123456789abcdef0123456789abcdef0123456789abcdef"
			"0123456789abcdef0123456789abcdef0123456789abcdef"
			"0123456789abcdef",
			261,
			"0123456789abcdef0123456789abcdef0123456789abcdef"
			"0123456789abcdef0123456789abcdef0123456789abcdef"
			"0123456789abcdef0123456789abcdef0123456789abcdef"
			"0123456789abcdef0123456789abcdef0123456789abcdef"
			"0123456789abcdef0123456789abcdef0123456789abcdef"
			"0123456789abcdef"));
}

Test(grpc_frame, what_is_sealed_opens)
{
	uint8_t frame[GRPC_PREFIX + 3] = { 'x', 'x', 'x', 'x',
					   'x', 'a', 'b', 'c' };
	const uint8_t compressed[] = { 1, 0x03, 0xff, 0xfe, 0xfd };

	grpc_frame_seal(frame, 3, false);
	cr_assert(opens((const char *)frame, sizeof(frame), "abc"));
	grpc_frame_seal(frame, 0x03fffefd, true);
	cr_assert_eq(memcmp(frame, compressed, GRPC_PREFIX), 0);
}

/* ---- percent-encoding -------------------------------------------------------
 */

static void decodes(const char *text, const char *want, size_t want_len)
{
	char *copy = guarded_copy(text, strlen(text) + 1);

	cr_assert_eq(grpc_text_decode(copy), want_len, "%s", text);
	cr_assert_eq(memcmp(copy, want, want_len), 0, "%s", text);
}

Test(grpc_text, percent_encoding)
{
	decodes("", "", 0);
	decodes("plain", "plain", 5);
	decodes("a%20b%25c", "a b%c", 5);
	decodes("gr%C3%BC%c3%9f", "gr\xc3\xbc\xc3\x9f", 6);
	decodes("nul%00.", "nul\0.", 5);
	decodes("%2525", "%25", 3);
}

Test(grpc_text, what_is_badly_encoded_stays)
{
	decodes("%", "%", 1);
	decodes("%4", "%4", 2);
	decodes("100%", "100%", 4);
	decodes("%zz%4g%%41", "%zz%4g%A", 8);
	decodes("%-1% 1%+1", "%-1% 1%+1", 9);
}

/* ---- base64
 * ------------------------------------------------------------------ */

static ssize_t debase(const char *text, const char *want)
{
	size_t len = strlen(text);
	uint8_t *ret = (uint8_t *)guarded_alloc(3 * len / 4);
	ssize_t n = grpc_text_base64(guarded_copy(text, len + 1), ret);

	if (n >= 0) {
		cr_assert_eq(n, (ssize_t)strlen(want), "%s", text);
		cr_assert_eq(memcmp(ret, want, (size_t)n), 0, "%s", text);
	}
	return n;
}

Test(grpc_text, base64_with_and_without_padding)
{
	/* RFC 4648, section 10 */
	cr_assert_eq(debase("", ""), 0);
	cr_assert_eq(debase("Zg==", "f"), 1);
	cr_assert_eq(debase("Zg", "f"), 1);
	cr_assert_eq(debase("Zm8=", "fo"), 2);
	cr_assert_eq(debase("Zm8", "fo"), 2);
	cr_assert_eq(debase("Zm9v", "foo"), 3);
	cr_assert_eq(debase("Zm9vYg", "foob"), 4);
	cr_assert_eq(debase("Zm9vYmE=", "fooba"), 5);
	cr_assert_eq(debase("Zm9vYmFy", "foobar"), 6);
	cr_assert_eq(debase("+/+/", "\xfb\xff\xbf"), 3);
	cr_assert_eq(debase("Zm8,Zm9v", "fo"), 2);
	cr_assert_eq(debase("Zm8=,Zm9v", "fo"), 2);
}

Test(grpc_text, what_is_no_base64_is_refused)
{
	const char *const bad[] = { "Z",         "Zm9vY", "Zg=",   "Zg===",
				    "====",      "Z===",  "Zm9v=", "Zm 9",
				    "-_-_",      "Zm9\n", "Zg=Zg", "Zg==Z",
				    "Zm\xc3\xbc" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		cr_assert_eq(debase(bad[i], ""), -1, "%s", bad[i]);
}
