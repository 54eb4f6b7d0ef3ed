/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The whole loader of otel.conf.  Pieces of the input are divided by lines of
 * "%%": the first is otel.conf, those after it the files 1 to 8 beside it,
 * which it may include; a piece that begins with "args" and a newline is one
 * plugstack.conf argument a line.  The files exist in memory only: open() is
 * replaced (-Wl,--wrap=open), so that no Include reads this machine's files.
 */
#include "fuzz.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "config/config.h"

#define DIVIDER "\n%%\n"
#define ARGS "args\n"
#define DIRECTORY "/fuzz/"
#define FILES_MAX 9
#define ARGS_MAX 64

int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);

static struct {
	char *files[FILES_MAX];
	size_t lens[FILES_MAX];
	size_t n_files;
	char *args[ARGS_MAX];
	size_t n_args;
} world;

/* "/fuzz/otel.conf" is 0, "/fuzz/1" to "/fuzz/8" are the others. */
static size_t file_number(const char *path)
{
	if (strncmp(path, DIRECTORY, strlen(DIRECTORY)))
		return FILES_MAX;
	path += strlen(DIRECTORY);
	if (!strcmp(path, "otel.conf"))
		return 0;
	return path[0] >= '1' && path[0] <= '8' && !path[1]
		       ? (size_t)(path[0] - '0')
		       : FILES_MAX;
}

int __wrap_open(const char *path, int flags, ...)
{
	size_t i = file_number(path);
	int fd;

	CHECK(!(flags & (O_CREAT | O_WRONLY | O_RDWR)));
	if (i >= world.n_files) {
		errno = ENOENT;
		return -1;
	}
	fd = memfd_create("fuzz", MFD_CLOEXEC);
	CHECK(fd >= 0);
	CHECK(write(fd, world.files[i], world.lens[i]) ==
	      (ssize_t)world.lens[i]);
	CHECK(lseek(fd, 0, SEEK_SET) == 0);
	return fd;
}

static void take_args(const char *piece, size_t len)
{
	struct fuzz_input input = { (const uint8_t *)piece, len };

	while (input.len && world.n_args < ARGS_MAX)
		world.args[world.n_args++] = fuzz_take(&input, "\n", 1, NULL);
}

static void world_make(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };

	world.n_files = world.n_args = 0;
	do {
		size_t len;
		char *piece = fuzz_take(&input, DIVIDER, strlen(DIVIDER), &len);

		if (!strncmp(piece, ARGS, strlen(ARGS))) {
			take_args(piece + strlen(ARGS), len - strlen(ARGS));
			free(piece);
		} else {
			world.files[world.n_files] = piece;
			world.lens[world.n_files++] = len;
		}
	} while (input.len && world.n_files < FILES_MAX);
}

static void world_free(void)
{
	while (world.n_files)
		free(world.files[--world.n_files]);
	while (world.n_args)
		free(world.args[--world.n_args]);
}

/* All keys as arguments, Key=Value, in one piece of memory: *ret points into
 * it, the caller frees it. */
static char *print_all(const struct config *config, char **ret, size_t *ret_n)
{
	char *text = NULL, *at;
	size_t len, n = 0;
	FILE *out = open_memstream(&text, &len);

	CHECK(out);
	for (const struct config_key *key = config_keys; key->name; key++) {
		fprintf(out, "%s=", key->name);
		key->print(key, config, out);
		putc('\0', out);
	}
	fclose(out);
	for (at = text; at < text + len; at += strlen(at) + 1) {
		CHECK(n < ARGS_MAX);
		ret[n++] = at;
	}
	*ret_n = n;
	return text;
}

/* What is printed is read as the same. */
static void check_round_trip(const struct config *config)
{
	char *first[ARGS_MAX], *second[ARGS_MAX];
	size_t n, n_again;
	char *text = print_all(config, first, &n), *text_again;
	const struct config_source source = { .args = first, .n_args = n };
	struct config *again;
	struct err err;

	if (config_load(&source, &again, &err) < 0)
		fuzz_fail(err.msg, __FILE__, __LINE__);
	text_again = print_all(again, second, &n_again);
	CHECK(n_again == n);
	for (size_t i = 0; i < n; i++) {
		if (strcmp(first[i], second[i]))
			fprintf(stderr, "%s\n%s\n", first[i], second[i]);
		CHECK(!strcmp(first[i], second[i]));
	}
	free(text_again);
	free(text);
	config_destroy(again);
}

static void check_accepted(const struct config *config)
{
	char where[64];

	CHECK(config->endpoint && config->endpoint[0]);
	CHECK(!config->trace_url || strstr(config->trace_url, "{trace_id}"));
	CHECK(config->sampler_arg >= 0 && config->sampler_arg <= 1);
	CHECK(config->retry_initial_delay <= config->retry_max_delay);
	for (size_t i = 0; config_keys[i].name; i++) {
		config_where(config, i, where, sizeof(where));
		CHECK(strlen(where) < sizeof(where));
		CHECK(config_origin(config, i) != CONFIG_ENVIRONMENT);
	}
	check_round_trip(config);
}

static void take_report(const char *message, void *arg)
{
	size_t *n = arg;

	if (!*message || !fuzz_is_log_text(message))
		fuzz_fail(message, __FILE__, __LINE__);
	(*n)++;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct config_source source = {
		.file = DIRECTORY "otel.conf",
		.args = world.args,
		.n_args = (world_make(data, size), world.n_args),
	};
	struct config *config = NULL, *checked = NULL;
	struct err err = { "" };
	size_t reports = 0;
	int rc = config_load(&source, &config, &err);
	int mistakes = config_check(&source, &checked, take_report, &reports);

	CHECK(mistakes >= 0 && (size_t)mistakes == reports);
	CHECK((rc < 0) == (mistakes > 0));
	CHECK((rc < 0) == !config);
	CHECK(rc == 0 || (*err.msg && fuzz_is_log_text(err.msg)));
	if (config)
		check_accepted(config);
	config_destroy(config);
	config_destroy(checked);
	world_free();
	return 0;
}
