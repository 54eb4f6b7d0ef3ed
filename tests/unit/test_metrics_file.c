/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The agent's figures in the spool: what is written is read, what is damaged
 * counts as nothing, and no file of a stranger is used. */
#include "status/metrics_file.h"

#include "spool_support.h"

static struct metrics_data data;

TestSuite(metrics_file, .init = spool_setup, .fini = spool_teardown);

static int truncateat_zero(const char *name)
{
	int fd = openat(spool.fd, name, O_WRONLY | O_TRUNC);

	return fd < 0 ? -1 : close(fd);
}

static int open_it(void)
{
	int fd = metrics_file_open(spool.fd, &data, &err);

	cr_assert_geq(fd, 0, "%s", err.msg);
	return fd;
}

static int read_it(void)
{
	int r = metrics_file_read(spool.fd, &data, &err);

	cr_assert_geq(r, 0, "%s", err.msg);
	return r;
}

static bool all_zero(const void *what, size_t len)
{
	const uint8_t *p = what;

	while (len && !*p)
		p++, len--;
	return !len;
}

/* Each number another, so that no two can be mixed up. */
static void fill_numbers(void *what, size_t len, uint64_t from)
{
	for (size_t i = 0; i < len / 8; i++)
		((uint64_t *)what)[i] = from + i;
}

static void write_one(void)
{
	struct agent_metrics agent;
	struct endpoint_metrics endpoint = { .error_ns = 0 };
	int fd = open_it();

	fill_numbers(&agent, sizeof(agent), 1000);
	cr_assert_eq(metrics_file_put_agent(fd, &agent, &err), 0);
	memset(endpoint.name, 'n', METRICS_TEXT_SIZE - 1);
	strcpy(endpoint.error, "HTTP 503");
	fill_numbers(&endpoint.error_ns,
		     sizeof(endpoint) - 2 * METRICS_TEXT_SIZE, 2000);
	cr_assert_eq(metrics_file_put_endpoint(fd, 15, &endpoint, &err), 0);
	close(fd);
}

static void assert_written(void)
{
	struct agent_metrics agent;
	const struct endpoint_metrics *endpoint = &data.endpoints[15];
	uint64_t numbers[64];

	fill_numbers(&agent, sizeof(agent), 1000);
	cr_assert_arr_eq(&data.agent, &agent, sizeof(agent));
	cr_assert_eq(strlen(endpoint->name), METRICS_TEXT_SIZE - 1);
	cr_assert_str_eq(endpoint->error, "HTTP 503");
	fill_numbers(numbers, sizeof(numbers), 2000);
	cr_assert_arr_eq(&endpoint->error_ns, numbers,
			 sizeof(*endpoint) - 2 * METRICS_TEXT_SIZE);
}

Test(metrics_file, no_file)
{
	memset(&data, 1, sizeof(data));
	cr_assert_eq(read_it(), 0);
	cr_assert(all_zero(&data, sizeof(data)));
	cr_assert_not(exists("metrics"), "reading makes none");
	cr_assert_eq(metrics_file_read(-1, &data, &err), -1);
	cr_assert_eq(metrics_file_open(-1, &data, &err), -1);
}

Test(metrics_file, what_is_written_is_read)
{
	struct stat st;

	write_one();
	cr_assert_eq(read_it(), 1);
	assert_written();
	cr_assert(all_zero(&data.endpoints[0], sizeof(data.endpoints[0])));
	memset(&data, 0, sizeof(data));
	close(open_it());
	assert_written();
	cr_assert_eq(fstatat(spool.fd, "metrics", &st, 0), 0);
	cr_assert_eq(st.st_mode & 07777, 0600);
	cr_assert_eq(st.st_size, 4096 + 16 * 1024);
	cr_assert_leq(st.st_size, 512 * st.st_blocks, "it has no holes");
	cr_assert_not(exists("metrics.tmp"));
}

Test(metrics_file, one_damaged_record_harms_no_other)
{
	int fd;

	write_one();
	fd = openat(spool.fd, "metrics", O_WRONLY);
	cr_assert_eq(pwrite(fd, "x", 1, 8 + 3), 1);
	close(fd);
	cr_assert_eq(read_it(), 1);
	cr_assert(all_zero(&data.agent, sizeof(data.agent)));
	cr_assert_str_eq(data.endpoints[15].error, "HTTP 503");
	/* the agent goes on with what is left */
	close(open_it());
	cr_assert_str_eq(data.endpoints[15].error, "HTTP 503");
}

Test(metrics_file, every_flipped_byte_is_found)
{
	uint8_t bytes[4096 + 16 * 1024];

	write_one();
	cr_assert_eq(file_read("metrics", bytes, sizeof(bytes)), sizeof(bytes));
	for (size_t i = 0; i < 1024; i++) {
		size_t at = 4096 + 15 * 1024 + i;

		bytes[at] ^= 1;
		file_write("metrics", bytes, sizeof(bytes));
		bytes[at] ^= 1;
		cr_assert_eq(read_it(), 1);
		cr_assert_eq(*data.endpoints[15].name, '\0', "byte %zu", i);
	}
}

Test(metrics_file, another_version_or_size_is_replaced)
{
	uint8_t bytes[4096 + 16 * 1024 + 1] = "OTLM\2";
	const size_t sizes[] = { 0, 1, 4096, sizeof(bytes) - 1, sizeof(bytes) };

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		file_write("metrics", bytes, sizes[i]);
		cr_assert_eq(read_it(), 0, "size %zu", sizes[i]);
		close(open_it());
		cr_assert(all_zero(&data, sizeof(data)));
		cr_assert_eq(read_it(), 1, "size %zu", sizes[i]);
	}
}

Test(metrics_file, cut_while_it_is_open)
{
	struct agent_metrics agent = { .exported = 7 };
	int fd = open_it();

	cr_assert_eq(truncateat_zero("metrics"), 0);
	cr_assert_eq(metrics_file_put_agent(fd, &agent, &err), 0);
	close(fd);
	cr_assert_eq(read_it(), 0);
	close(open_it());
}

Test(metrics_file, links_and_directories)
{
	char victim[128];

	file_text("victim", "precious");
	snprintf(victim, sizeof(victim), "%s/victim", spool.path);
	cr_assert_eq(symlinkat("victim", spool.fd, "metrics"), 0);
	cr_assert_eq(metrics_file_read(spool.fd, &data, &err), -1);
	cr_assert_eq(symlinkat("victim", spool.fd, "metrics.tmp"), 0);
	write_one();
	cr_assert_eq(read_it(), 1, "the link is replaced");
	cr_assert_eq(unlinkat(spool.fd, "metrics", 0), 0);
	cr_assert_eq(linkat(spool.fd, "victim", spool.fd, "metrics", 0), 0);
	cr_assert_eq(metrics_file_read(spool.fd, &data, &err), -1);
	write_one();
	cr_assert_eq(unlinkat(spool.fd, "metrics", 0), 0);
	cr_assert_eq(mkdirat(spool.fd, "metrics", 0700), 0);
	cr_assert_eq(metrics_file_open(spool.fd, &data, &err), -1);
	cr_assert_not(exists("metrics.tmp"));
	file_read("victim", (uint8_t *)victim, sizeof(victim));
	cr_assert_eq(strncmp(victim, "precious", 8), 0);
}
