/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads an answer of fake_grpc's script; see fake_grpc_script.h. */
#include "fake_grpc_script.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

struct answer parse_answer(const char *text)
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
