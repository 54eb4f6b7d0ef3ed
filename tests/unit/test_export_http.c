/* SPDX-License-Identifier: GPL-2.0-or-later */
/* OTLP/HTTP against a receiver that does as it is told. */
#include "otlp/exporter.h"

#include <errno.h>
#include <sys/stat.h>
#include <time.h>
#include <zlib.h>

#include <criterion/criterion.h>

#include "collector.h"
#include "otlp/http_url.h"
#include "otlp_fixture.h"

#define SCRIPT(...) ((const char *const[]){ __VA_ARGS__, NULL })

static struct fixture {
	struct collector collector;
	struct config config;
	struct resource *resource;
	struct exporter *exporter;
} f;

static void set_up(void)
{
	/* neither may matter */
	setenv("http_proxy", "http://127.0.0.1:9/", 1);
	setenv("ALL_PROXY", "http://127.0.0.1:9/", 1);
	f.config = fixture_config();
	f.resource = resource_create(&f.config, "c1", "i1", NULL);
}

static void tear_down(void)
{
	exporter_destroy(f.exporter);
	resource_destroy(f.resource);
	if (f.collector.pid)
		collector_stop(&f.collector);
}

TestSuite(export_http, .init = set_up, .fini = tear_down);

static void aim(const char *const *answers)
{
	struct err err = { "" };

	collector_start(answers, &f.collector);
	f.exporter = exporter_create(f.collector.url, &f.config, &err);
	cr_assert(f.exporter, "%s", err.msg);
}

static struct export_result send_spans(size_t n)
{
	return fixture_send(f.exporter, f.resource, "slurm.step", 1, n);
}

/* What request n said or held; freed with the test's process. */
static const struct buf *request(unsigned n, const char *what)
{
	static struct buf buf;

	buf_clear(&buf);
	cr_assert_eq(collector_read(&f.collector, n, what, &buf), 0,
		     "there is no request %u", n);
	return &buf;
}

static const char *head(unsigned n)
{
	return (const char *)request(n, "head")->data;
}

static bool was_sent(unsigned n)
{
	char *path = collector_path(&f.collector, n, "head");
	bool there = path;

	free(path);
	return there;
}

static void expect_spans(const uint8_t *data, size_t len, size_t want)
{
	Otlp__TracesData *got = otlp__traces_data__unpack(NULL, len, data);

	cr_assert(got);
	cr_assert_eq(got->resource_spans[0]->scope_spans[0]->n_spans, want);
	otlp__traces_data__free_unpacked(got, NULL);
}

/* ---- endpoints ------------------------------------------------------------
 */

Test(export_http, endpoints_that_are_none_are_refused)
{
	const char *const bad[] = { "http://",
				    "https://",
				    "http:///v1/traces",
				    "http://host:99999",
				    "http://ho st/",
				    "http://[::1",
				    "http://user:secret@" };
	struct err err;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		cr_assert_null(exporter_create(bad[i], &f.config, &err), "%s",
			       bad[i]);
		cr_assert_null(strstr(err.msg, "secret"), "%s", err.msg);
	}
}

static void expect_url(const char *endpoint, const char *want_url,
		       const char *want_name)
{
	char *url, *name;

	cr_assert_eq(
		http_url_resolve(endpoint, "/v1/traces", &url, &name, NULL), 0);
	cr_assert_str_eq(url, want_url);
	cr_assert_str_eq(name, want_name);
	free(url);
	free(name);
}

Test(export_http, an_endpoint_without_path_gets_that_of_the_standard)
{
	expect_url("http://h:4318", "http://h:4318/v1/traces",
		   "http://h:4318/v1/traces");
	expect_url("https://h", "https://h/v1/traces", "https://h/v1/traces");
	expect_url("http://h/", "http://h/", "http://h/");
	expect_url("http://[::1]:1/a/b", "http://[::1]:1/a/b",
		   "http://[::1]:1/a/b");
}

Test(export_http, a_name_for_the_log_shows_no_secret)
{
	expect_url("http://u:p@h/x?key=k#f", "http://u:p@h/x?key=k",
		   "http://***@h/x?***");
	expect_url("http://token@h", "http://token@h/v1/traces",
		   "http://***@h/v1/traces");
}

/* ---- what is sent
 * ------------------------------------------------------------ */

Test(export_http, a_request_is_what_the_standard_asks_for)
{
	char *headers[] = { (char *)"x-scope=slurm", (char *)"x-empty=", NULL };
	const struct buf *body;
	const char *text;

	f.config.headers = headers;
	aim(SCRIPT("200"));
	cr_assert_eq(send_spans(3).verdict, VERDICT_SENT);
	text = head(1);
	cr_assert_eq(strncmp(text, "POST /v1/traces HTTP/1.1\r\n", 26), 0);
	cr_assert(strstr(text, "\r\nContent-Type: application/x-protobuf\r\n"));
	cr_assert(strstr(text, " OTel-OTLP-Exporter-C/"));
	cr_assert(strstr(text, "\r\nUser-Agent: slurm-otel/"));
	cr_assert(strstr(text, "\r\nx-scope: slurm\r\n"));
	cr_assert(strstr(text, "\r\nx-empty:\r\n"));
	cr_assert_null(strstr(text, "Content-Encoding"));
	cr_assert_null(strstr(text, "Expect"));
	body = request(1, "body");
	expect_spans(body->data, body->len - 1, 3);
}

Test(export_http, gzip)
{
	static uint8_t plain[1 << 20];
	const struct buf *body;
	z_stream z = { .next_out = plain, .avail_out = sizeof(plain) };

	f.config.compression = COMPRESSION_GZIP;
	aim(SCRIPT("200"));
	cr_assert_eq(send_spans(200).verdict, VERDICT_SENT);
	cr_assert(strstr(head(1), "\r\nContent-Encoding: gzip\r\n"));
	body = request(1, "body");
	z.next_in = body->data;
	z.avail_in = (uInt)body->len - 1;
	cr_assert_eq(inflateInit2(&z, 15 + 16), Z_OK);
	cr_assert_eq(inflate(&z, Z_FINISH), Z_STREAM_END);
	cr_assert_gt(z.total_out, 3 * body->len);
	expect_spans(plain, z.total_out, 200);
	inflateEnd(&z);
}

static unsigned connection(unsigned n)
{
	unsigned number;

	memcpy(&number, request(n, "connection")->data, sizeof(number));
	return number;
}

Test(export_http, the_connection_is_kept)
{
	aim(SCRIPT("200", "503", "200"));
	for (int i = 0; i < 3; i++)
		send_spans(1);
	cr_assert_eq(connection(1), 1);
	cr_assert_eq(connection(3), 1);
}

Test(export_http, large_batches_pass)
{
	aim(SCRIPT("200"));
	cr_assert_eq(send_spans(60000).verdict, VERDICT_SENT);
	cr_assert_gt(request(1, "body")->len, 3 * 1024 * 1024);
}

/* ---- what is answered
 * ------------------------------------------------------------ */

Test(export_http, answers_are_judged)
{
	struct export_result r;

	aim(SCRIPT("503 retry-after=2", "400 message=bad span",
		   "200 partial=3 message=too old", "413"));
	r = send_spans(5);
	cr_assert_eq(r.verdict, VERDICT_RETRY);
	cr_assert_eq(r.retry_after_ms, 2000);
	r = send_spans(5);
	cr_assert_eq(r.verdict, VERDICT_REJECT);
	cr_assert(r.divisible);
	cr_assert_str_eq(r.msg, "HTTP 400: bad span");
	r = send_spans(5);
	cr_assert_eq(r.verdict, VERDICT_SENT);
	cr_assert_eq(r.rejected, 3);
	cr_assert_eq(send_spans(5).verdict, VERDICT_REJECT);
}

Test(export_http, a_redirect_is_not_followed)
{
	struct collector other;
	char answer[128];

	collector_start(SCRIPT("200"), &other);
	snprintf(answer, sizeof(answer), "307 redirect=%s/v1/traces",
		 other.url);
	aim(SCRIPT(answer));
	cr_assert_eq(send_spans(1).verdict, VERDICT_REJECT);
	cr_assert(was_sent(1));
	cr_assert_null(collector_path(&other, 1, "head"));
	collector_stop(&other);
}

Test(export_http, no_answer_keeps_the_batch)
{
	aim(SCRIPT("drop", "reset", "200"));
	cr_assert_eq(send_spans(1).verdict, VERDICT_RETRY);
	cr_assert_eq(send_spans(1).verdict, VERDICT_RETRY);
	cr_assert_eq(send_spans(1).verdict, VERDICT_SENT);
}

Test(export_http, nobody_listens)
{
	struct export_result r;

	aim(SCRIPT("200"));
	collector_stop(&f.collector);
	f.collector.pid = 0;
	r = send_spans(1);
	cr_assert_eq(r.verdict, VERDICT_RETRY);
	cr_assert(*r.msg);
}

Test(export_http, a_status_stands_when_its_body_is_cut)
{
	aim(SCRIPT("400 cut message=x", "200 cut", "503 body=10 cut"));
	cr_assert_eq(send_spans(1).verdict, VERDICT_REJECT);
	cr_assert_eq(send_spans(1).verdict, VERDICT_SENT);
	cr_assert_eq(send_spans(1).verdict, VERDICT_RETRY);
}

Test(export_http, a_huge_answer_is_not_read_to_the_end)
{
	aim(SCRIPT("200 body=50000000", "400 body=50000000", "200"));
	cr_assert_eq(send_spans(1).verdict, VERDICT_SENT);
	cr_assert_eq(send_spans(1).verdict, VERDICT_REJECT);
	cr_assert_eq(send_spans(1).verdict, VERDICT_SENT);
	/* what is left of it went with its connection */
	cr_assert_neq(connection(2), connection(1));
	cr_assert_neq(connection(3), connection(2));
}

Test(export_http, a_receiver_that_hangs_costs_the_timeout_at_most,
     .timeout = 60)
{
	f.config.timeout = 200;
	aim(SCRIPT("hang"));
	cr_assert_eq(send_spans(1).verdict, VERDICT_RETRY);
}

static bool always(void *arg)
{
	++*(int *)arg;
	return true;
}

Test(export_http, a_send_can_be_given_up, .timeout = 60)
{
	int asked = 0;

	f.config.timeout = 3600 * 1000;
	aim(SCRIPT("hang"));
	exporter_on_wait(f.exporter, always, &asked);
	cr_assert_eq(send_spans(1).verdict, VERDICT_RETRY);
	cr_assert_geq(asked, 1);
}

/* ---- headers and their file
 * ------------------------------------------------------- */

static void refuse_headers(const char *pair, const char *why)
{
	char *headers[] = { (char *)pair, NULL };
	struct err err = { "" };

	f.config.headers = headers;
	cr_assert_null(exporter_create("http://127.0.0.1:9", &f.config, &err),
		       "%s", pair);
	cr_assert(strstr(err.msg, why), "%s", err.msg);
	cr_assert_null(strstr(err.msg, "s3cret"), "%s", err.msg);
}

Test(export_http, headers_that_would_break_the_request_are_refused)
{
	refuse_headers("", "name=value");
	refuse_headers("=s3cret", "name=value");
	refuse_headers("no value", "name=value");
	refuse_headers("a b=s3cret", "name=value");
	refuse_headers("x=s3cret\r\nHost: evil", "control character");
	refuse_headers("x=s3cret\nHost: evil", "control character");
	refuse_headers("Content-Length=5", "can not be set");
	refuse_headers("content-type=s3cret", "can not be set");
	refuse_headers("Transfer-Encoding=chunked", "can not be set");
	refuse_headers("Upgrade=h2c", "can not be set");
	refuse_headers("Proxy-Connection=close", "can not be set");
	refuse_headers("keep-alive=1", "can not be set");
	refuse_headers("Trailer=x", "can not be set");
	refuse_headers("Accept-Encoding=gzip", "can not be set");
}

static char the_path[128];

static const char *headers_file(struct temp_dir *dir, const char *text,
				size_t len, mode_t mode)
{
	int fd;

	snprintf(the_path, sizeof(the_path), "%s/headers", dir->path);
	unlink(the_path);
	fd = open(the_path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	cr_assert_eq(write(fd, text, len), (ssize_t)len);
	fchmod(fd, mode);
	close(fd);
	return the_path;
}

static void refuse_file(const char *path, const char *why)
{
	struct err err = { "" };

	f.config.headers_file = (char *)path;
	cr_assert_null(exporter_create("http://127.0.0.1:9", &f.config, &err));
	cr_assert(strstr(err.msg, why), "%s", err.msg);
	cr_assert_null(strstr(err.msg, "s3cret"), "%s", err.msg);
}

Test(export_http, a_headers_file_must_be_secret)
{
	const char *text = "authorization=s3cret\n";
	const mode_t open_modes[] = { 0640, 0604, 0644, 0620, 0610 };
	struct temp_dir dir;
	char link[128];
	char *huge;

	temp_dir_make(&dir);
	for (size_t i = 0; i < sizeof(open_modes) / sizeof(open_modes[0]); i++)
		refuse_file(
			headers_file(&dir, text, strlen(text), open_modes[i]),
			"has mode");
	snprintf(link, sizeof(link), "%s/link", dir.path);
	cr_assert_eq(
		symlink(headers_file(&dir, text, strlen(text), 0600), link), 0);
	refuse_file(link, "HeadersFile");
	refuse_file(dir.path, "not a regular file");
	refuse_file("/nonexistent", "No such file");
	refuse_file(headers_file(&dir, "s3cret\n", 7, 0600), "name=value");
	huge = calloc(1, 70000);
	refuse_file(headers_file(&dir, huge, 70000, 0600), "longer than");
	free(huge);
	if (geteuid() == 0) {
		headers_file(&dir, text, strlen(text), 0600);
		cr_assert_eq(chown(the_path, 12345, 12345), 0);
		refuse_file(the_path, "belongs to uid 12345");
	}
	temp_dir_remove(&dir);
}

Test(export_http, a_headers_file_is_sent)
{
	const char *text = "# a comment\n\nauthorization=Bearer a=b:c\r\n"
			   "  X-Scope: slurm\nlast=1";
	struct temp_dir dir;

	temp_dir_make(&dir);
	f.config.headers_file =
		(char *)headers_file(&dir, text, strlen(text), 0600);
	aim(SCRIPT("200"));
	cr_assert_eq(send_spans(1).verdict, VERDICT_SENT);
	text = head(1);
	cr_assert(strstr(text, "\r\nauthorization: Bearer a=b:c\r\n"), "%s",
		  text);
	cr_assert(strstr(text, "\r\nX-Scope: slurm\r\n"));
	cr_assert(strstr(text, "\r\nlast: 1\r\n"));
	temp_dir_remove(&dir);
}

/* ---- TLS files
 * ------------------------------------------------------------------------ */

Test(export_http, tls_files_are_checked_at_once)
{
	struct temp_dir dir;
	struct err err;

	temp_dir_make(&dir);
	f.config.ca_file = (char *)"/nonexistent/ca.pem";
	cr_assert_null(exporter_create("https://h", &f.config, &err));
	cr_assert(strstr(err.msg, "CAFile"), "%s", err.msg);
	f.config.ca_file = NULL;
	f.config.key_file = (char *)headers_file(&dir, "key", 3, 0644);
	cr_assert_null(exporter_create("https://h", &f.config, &err));
	cr_assert(strstr(err.msg, "KeyFile"), "%s", err.msg);
	temp_dir_remove(&dir);
}

/* Of nobody. */
static const char ca_text[] =
	"-----BEGIN CERTIFICATE-----\n"
	"MIIBdDCCARugAwIBAgIUKX7VkBSKNuxCzer0mTVoX4DceT8wCgYIKoZIzj0EAwIw\n"
	"DzENMAsGA1UEAwwEdGVzdDAgFw0yNjExMjEwNzUyMDdaGA8yMTI2MTAyODA3NTIw\n"
	"N1owDzENMAsGA1UEAwwEdGVzdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABGnS\n"
	"7Wuq4G8iJ8VXHdfGRtRpDGzUoe4pbOiZQEm2tYd92MmXlgFJhKpMNULtOvNxUl/p\n"
	"gNEVGDWA7iPr1wQ2sh6jUzBRMB0GA1UdDgQWBBRlcwSMIXNqGBbWevQw3P1s60st\n"
	"3jAfBgNVHSMEGDAWgBRlcwSMIXNqGBbWevQw3P1s60st3jAPBgNVHRMBAf8EBTAD\n"
	"AQH/MAoGCCqGSM49BAMCA0cAMEQCIB6uwKgJMEYYuMBc/vbd/gQOR9+leCrlhTFU\n"
	"Ot3u+PPtAiACRXE7kxzXleaco7iZyXZpjdSSjvMWKs0k6Yj4OPIeeQ==\n"
	"-----END CERTIFICATE-----\n";

/* Whether a directory of authorities was asked for that can have any. */
static bool trusts_a_directory;

/* Stand before OpenSSL's, of which libcurl calls the first, before 7.87 the
 * second. */
int X509_STORE_load_path(void *store, const char *dir);
int SSL_CTX_load_verify_dir(void *ctx, const char *dir);

__attribute__((visibility("default"))) int X509_STORE_load_path(void *store,
								const char *dir)
{
	(void)store;
	trusts_a_directory = strcmp(dir, "/dev/null") != 0;
	return 1;
}

__attribute__((visibility("default"))) int
SSL_CTX_load_verify_dir(void *ctx, const char *dir)
{
	return X509_STORE_load_path(ctx, dir);
}

Test(export_http, ca_file_stands_instead_of_the_systems_authorities)
{
	struct temp_dir dir;
	struct err err;
	char url[1024];

	temp_dir_make(&dir);
	collector_start(SCRIPT("reset"), &f.collector);
	snprintf(url, sizeof(url), "https%s", f.collector.url + strlen("http"));
	f.config.ca_file =
		(char *)headers_file(&dir, ca_text, strlen(ca_text), 0644);
	f.exporter = exporter_create(url, &f.config, &err);
	cr_assert(f.exporter, "%s", err.msg);
	cr_assert_eq(send_spans(1).verdict, VERDICT_RETRY);
	cr_assert_not(trusts_a_directory);
	temp_dir_remove(&dir);
}
