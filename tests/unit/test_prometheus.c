/* SPDX-License-Identifier: GPL-2.0-or-later */
/* MetricsFile: the text format, its escapes, and the collecting behind it. */
#include "config.h"

#include "status/prometheus.h"

#include <stdlib.h>

#include "spool_support.h"

static struct host_status host;
static struct buf text = BUF_INIT;

static void teardown(void)
{
	host_status_free(&host);
	buf_free(&text);
	spool_teardown();
}

TestSuite(prometheus, .init = spool_setup, .fini = teardown);

static void write_text(void)
{
	buf_clear(&text);
	prometheus_write(&host, 1000, &text);
	buf_putc(&text, '\0');
	cr_assert_not(text.failed);
}

static void assert_says(const char *line)
{
	char with_ends[1024];

	snprintf(with_ends, sizeof(with_ends), "\n%s\n", line);
	cr_assert(strstr((char *)text.data, with_ends), "no \"%s\" in:\n%s",
		  line, (char *)text.data);
}

static void assert_silent(const char *what)
{
	cr_assert_null(strstr((char *)text.data, what), "\"%s\" in:\n%s", what,
		       (char *)text.data);
}

static void collect(const char *own)
{
	cr_assert_eq(host_status_collect(&host, spool.path, own, &err), 0, "%s",
		     err.msg);
}

/* Makes a spool below the directory, with n spans in it. */
static void make_spool(const char *name, uint32_t n)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", spool.path, name);
	fd = spool_open_dir(path, true, (uid_t)-1, (gid_t)-1, &err);
	cr_assert_geq(fd, 0, "%s", err.msg);
	while (n--)
		cr_assert_eq(
			spool_append(fd, &roomy, SPOOL_SPAN, 1, "x", 1, &err),
			0);
	close(fd);
}

Test(prometheus, without_spools)
{
	collect(NULL);
	write_text();
	assert_says("slurm_otel_build_info{version=\"" PACKAGE_VERSION "\"} 1");
	assert_says("slurm_otel_spool_size_limit_bytes 1000");
	assert_silent("spool=");
	cr_assert_eq(host_status_collect(&host, "/none/at/all", NULL, &err), 0,
		     "not made yet");
	cr_assert_eq(host_status_collect(&host, "/dev/null", NULL, &err), -1);
}

Test(prometheus, only_spools_are_looked_at)
{
	make_spool("slurmd", 2);
	make_spool("slurmctld", 1);
	make_spool("slurmd.n1", 0);
	make_spool("slurmd.", 9);
	make_spool("jobs", 9);
	file_text("slurmd.file", "x");
	collect(NULL);
	cr_assert_eq(host.n, 4);
	cr_assert_str_eq(host.spools[0].name, "slurmctld");
	cr_assert_str_eq(host.spools[1].name, "slurmd");
	cr_assert_str_eq(host.spools[2].name, "slurmd.file");
	cr_assert_neq(*host.spools[2].problem, '\0');
	write_text();
	assert_says("slurm_otel_spool_spans{spool=\"slurmctld\"} 1");
	assert_says("slurm_otel_spool_spans{spool=\"slurmd\"} 2");
	assert_says("slurm_otel_spool_spans{spool=\"slurmd.n1\"} 0");
	assert_says("slurm_otel_spool_readable{spool=\"slurmd.file\"} 0");
	assert_says("slurm_otel_agent_up{spool=\"slurmd\"} 0");
	assert_silent("slurm_otel_agent_up{spool=\"slurmd.file\"}");
	assert_silent("oldest_timestamp_seconds{spool=\"slurmd.n1\"}");
}

Test(prometheus, queues_of_endpoints_that_are_behind)
{
	char dir[128];

	make_spool("slurmd", 1);
	collect(NULL);
	write_text();
	assert_says("slurm_otel_queue_spans{spool=\"slurmd\"} 0");
	snprintf(dir, sizeof(dir), "%s/slurmd/behind", spool.path);
	cr_assert_eq(mkdir(dir, 0700), 0);
	make_spool("slurmd/behind/0123456789abcdef", 3);
	make_spool("slurmd/behind/0000000000000000", 4);
	make_spool("slurmd/behind/0123456789abcdef0", 9);
	make_spool("slurmd/behind/0123456789ABCDEF", 9);
	for (int i = 0; i < 2; i++) {
		collect(NULL);
		write_text();
		assert_says("slurm_otel_queue_spans{spool=\"slurmd\"} 7");
		assert_says("slurm_otel_spool_spans{spool=\"slurmd\"} 1");
	}
	make_spool("slurmd/behind/0000000000000000", 1);
	collect(NULL);
	cr_assert_eq(host.spools[0].queues.waiting.spans, 8);
	cr_assert_eq(renameat(spool.fd, "slurmd/behind/0000000000000000",
			      spool.fd, "gone"),
		     0);
	collect(NULL);
	cr_assert_eq(host.spools[0].queues.waiting.spans, 3);
	cr_assert_eq(host.spools[0].queues.n, 1);
}

Test(prometheus, own_spool_elsewhere)
{
	char own[128], again[160];

	make_spool("slurmd", 1);
	make_spool("x", 0);
	snprintf(own, sizeof(own), "%s/x/slurmd", spool.path);
	cr_assert_eq(mkdir(own, 0700), 0);
	collect(own);
	cr_assert_eq(host.n, 2);
	cr_assert_str_eq(host.spools[0].name, own, "two of one name");
	cr_assert_str_eq(host.spools[1].name, "slurmd");
	/* by another path it is the same, and counted once */
	snprintf(again, sizeof(again), "%s/x/../slurmd/", spool.path);
	collect(again);
	cr_assert_eq(host.n, 1);
	collect("/none");
	cr_assert_eq(host.n, 1 + 1, "named, and not readable");
}

Test(prometheus, an_agent_that_holds_the_lock_is_up)
{
	char path[128];
	bool held;
	int fd, lock;

	make_spool("slurmd", 0);
	snprintf(path, sizeof(path), "%s/slurmd", spool.path);
	fd = spool_open_dir(path, false, (uid_t)-1, (gid_t)-1, &err);
	lock = spool_lock(fd, &held, &err);
	collect(NULL);
	write_text();
	assert_says("slurm_otel_agent_up{spool=\"slurmd\"} 1");
	close(lock);
	close(fd);
	collect(NULL);
	write_text();
	assert_says("slurm_otel_agent_up{spool=\"slurmd\"} 0");
}

static struct endpoint_metrics *add_endpoint(const char *name)
{
	struct endpoint_metrics *endpoint;

	make_spool("slurmd", 0);
	collect(NULL);
	endpoint = &host.spools[0].metrics.endpoints[3];
	snprintf(endpoint->name, sizeof(endpoint->name), "%s", name);
	return endpoint;
}

Test(prometheus, endpoints)
{
	struct endpoint_metrics *endpoint = add_endpoint("http://h/");

	endpoint->exported = 12;
	endpoint->retry = UINT64_MAX;
	endpoint->circuit = CIRCUIT_OPEN;
	endpoint->success_ns = 1500000000;
	histogram_add(&endpoint->duration, 4000000);
	histogram_add(&endpoint->duration, 300000000);
	histogram_add(&endpoint->duration, 20000000000);
	write_text();
#define LABELS "{spool=\"slurmd\",endpoint=\"http://h/\""
	assert_says("slurm_otel_spans_exported_total" LABELS "} 12");
	assert_says("slurm_otel_exports_total" LABELS
		    ",result=\"retry\"} 18446744073709551615");
	assert_says("slurm_otel_circuit_state" LABELS "} 1");
	assert_says("slurm_otel_export_success_timestamp_seconds" LABELS
		    "} 1.500000000");
	assert_silent("export_failure_timestamp_seconds{");
	assert_says("slurm_otel_export_duration_seconds_bucket" LABELS
		    ",le=\"0.005\"} 1");
	assert_says("slurm_otel_export_duration_seconds_bucket" LABELS
		    ",le=\"0.25\"} 1");
	assert_says("slurm_otel_export_duration_seconds_bucket" LABELS
		    ",le=\"0.5\"} 2");
	assert_says("slurm_otel_export_duration_seconds_bucket" LABELS
		    ",le=\"10\"} 2");
	assert_says("slurm_otel_export_duration_seconds_bucket" LABELS
		    ",le=\"+Inf\"} 3");
	assert_says("slurm_otel_export_duration_seconds_sum" LABELS
		    "} 20.304000000");
	assert_says("slurm_otel_export_duration_seconds_count" LABELS "} 3");
}

Test(prometheus, hostile_names)
{
	add_endpoint("a\"b\\c\nd\xff");
	write_text();
	assert_says("slurm_otel_spans_exported_total{spool=\"slurmd\","
		    "endpoint=\"a\\\"b\\\\c\\nd\xef\xbf\xbd\"} 0");
}

/* Every metric is announced once, and its samples follow at once. */
Test(prometheus, metrics_are_contiguous)
{
	char *line, *rest, name[256] = "", *seen[200];
	size_t n = 0;

	make_spool("slurmctld", 1);
	add_endpoint("http://h/");
	write_text();
	for (rest = (char *)text.data; (line = strsep(&rest, "\n")) && *line;) {
		if (!strncmp(line, "# TYPE ", 7)) {
			sscanf(line, "# TYPE %255s", name);
			for (size_t i = 0; i < n; i++)
				cr_assert_str_neq(seen[i], name);
			cr_assert_lt(n, 200);
			seen[n++] = strdup(name);
		} else if (*line != '#') {
			cr_assert_eq(strncmp(line, name, strlen(name)), 0,
				     "%s below %s", line, name);
		}
	}
	cr_assert_gt(n, 30);
	while (n)
		free(seen[--n]);
}
