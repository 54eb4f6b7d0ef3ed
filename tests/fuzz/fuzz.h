/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the fuzz targets share: a check that a build can not turn off, and the
 * input cut into C strings that end exactly where their memory does, so that
 * AddressSanitizer sees a read of one byte too many.
 */
#ifndef OTEL_TESTS_FUZZ_H
#define OTEL_TESTS_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/cleanup.h"
#include "util/utf8.h"

/* libFuzzer's entry points (LLVM, "libFuzzer", "Fuzz Target"). */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

#define CHECK(condition)                                                       \
	((condition) ? (void)0 : fuzz_fail(#condition, __FILE__, __LINE__))

static inline void fuzz_fail(const char *condition, const char *file, int line)
{
	fprintf(stderr, "%s:%d: not true: %s\n", file, line, condition);
	abort();
}

/* What is left of the input. */
struct fuzz_input {
	const uint8_t *data;
	size_t len;
};

/* Copies len bytes and adds a NUL.  The caller frees. */
static inline char *fuzz_copy(const void *data, size_t len)
{
	char *copy = malloc(len + 1);

	CHECK(copy);
	if (len)
		memcpy(copy, data, len);
	copy[len] = '\0';
	return copy;
}

/* Takes the bytes before the next separator, or all that is left, as a C
 * string, which the caller frees. */
static inline char *fuzz_take(struct fuzz_input *input, const char *separator,
			      size_t separator_len, size_t *ret_len)
{
	const uint8_t *end = input->len ? memmem(input->data, input->len,
						 separator, separator_len)
					: NULL;
	size_t len = end ? (size_t)(end - input->data) : input->len;
	size_t skip = end ? len + separator_len : len;
	char *copy = fuzz_copy(input->data, len);

	input->data += skip;
	input->len -= skip;
	if (ret_len)
		*ret_len = len;
	return copy;
}

/* The next string of a list in which each ends with a NUL. */
static inline char *fuzz_take_string(struct fuzz_input *input)
{
	return fuzz_take(input, "", 1, NULL);
}

/* Fit for one line of a log: UTF-8 without control characters. */
static inline bool fuzz_is_log_text(const char *text)
{
	for (const char *p = text; *p; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			return false;
	return utf8_valid(text, strlen(text));
}

/* Memory that a function must not touch when it refuses its input. */
#define FUZZ_UNTOUCHED 0xa5

static inline void fuzz_mark(void *memory, size_t size)
{
	memset(memory, FUZZ_UNTOUCHED, size);
}

static inline bool fuzz_untouched(const void *memory, size_t size)
{
	const uint8_t *p = memory;

	for (size_t i = 0; i < size; i++)
		if (p[i] != FUZZ_UNTOUCHED)
			return false;
	return true;
}

#endif
