/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a receiver got, as text; see spool_tool.c. */
#include "spool_tool.h"

#include <endian.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/otlp.pb-c.h"
#include "util/cleanup.h"

static unsigned long long number_of(const Otlp__Span *span)
{
	uint64_t id;

	memcpy(&id, span->span_id.data, sizeof(id));
	return (unsigned long long)be64toh(id);
}

static void print_id(const Otlp__Span *span)
{
	printf("%llu\n", number_of(span));
}

static void print_lost(const Otlp__Span *span)
{
	const char *type = "-";

	for (size_t i = 0; i < span->n_attributes; i++)
		if (!strcmp(span->attributes[i]->key, "error.type"))
			type = span->attributes[i]->value->string_value;
	printf("%llu %llu %llu %d %s %s\n", number_of(span),
	       (unsigned long long)span->start_time_unix_nano,
	       (unsigned long long)span->end_time_unix_nano,
	       span->status ? (int)span->status->code : 0, type,
	       span->status ? span->status->message : "");
}

static void each_span(const Otlp__TracesData *data,
		      void (*print)(const Otlp__Span *span))
{
	for (size_t i = 0; i < data->n_resource_spans; i++) {
		const Otlp__ResourceSpans *rs = data->resource_spans[i];

		for (size_t j = 0; j < rs->n_scope_spans; j++)
			for (size_t k = 0; k < rs->scope_spans[j]->n_spans; k++)
				print(rs->scope_spans[j]->spans[k]);
	}
}

static int print_file(const char *path, void (*print)(const Otlp__Span *span))
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	_cleanup_free_ uint8_t *data = NULL;
	Otlp__TracesData *request;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return -1;
	data = malloc((size_t)st.st_size + 1);
	if (!data || read(fd, data, (size_t)st.st_size) != st.st_size)
		return -1;
	request = otlp__traces_data__unpack(NULL, (size_t)st.st_size, data);
	if (!request)
		return -1;
	each_span(request, print);
	otlp__traces_data__free_unpacked(request, NULL);
	return 0;
}

static int print_all(int argc, char **argv,
		     void (*print)(const Otlp__Span *span))
{
	for (int i = 2; i < argc; i++)
		if (print_file(argv[i], print) < 0) {
			fprintf(stderr, "spool_tool: %s does not decode\n",
				argv[i]);
			return 1;
		}
	return 0;
}

int print_ids(int argc, char **argv)
{
	return print_all(argc, argv, print_id);
}

int print_losts(int argc, char **argv)
{
	return print_all(argc, argv, print_lost);
}
