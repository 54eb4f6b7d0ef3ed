/* SPDX-License-Identifier: GPL-2.0-or-later */
/* OTLP/gRPC against a receiver that does as it is told. */
#include "otlp/exporter.h"

#include <curl/curl.h>
#include <dlfcn.h>
#include <zlib.h>

#include <criterion/criterion.h>

#include "collector.h"
#include "otlp_fixture.h"

#define SCRIPT(...) ((const char *const[]){ __VA_ARGS__, NULL })
#define SHORT 700   /* ms, of a receiver that never answers */
#define LONG 100000 /* ms, of one that does, on a machine that is busy */

static struct fixture {
	struct collector collector;
	struct config config;
	struct resource *resource;
	struct exporter *exporter;
	bool old_curl;
} f;

/* Stands before libcurl's own: one that was built without HTTP/2. */
__attribute__((visibility("default"))) curl_version_info_data *
curl_version_info(CURLversion version)
{
	static curl_version_info_data data;
	curl_version_info_data *(*real)(CURLversion) = NULL;

	*(void **)&real = dlsym(RTLD_NEXT, "curl_version_info");
	data = *real(version);
	if (f.old_curl)
		data.features &= ~CURL_VERSION_HTTP2;
	return &data;
}

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

TestSuite(export_grpc, .init = set_up, .fini = tear_down, .timeout = 120);

static void aim(const char *const *answers)
{
	const char *path = getenv("FAKE_GRPC");
	struct err err = { "" };

	collector_run(path ? path : "tests/fake_grpc", "grpc", answers,
		      &f.collector);
	f.exporter = exporter_create(f.collector.url, &f.config, &err);
	cr_assert(f.exporter, "%s", err.msg);
}

static struct export_result send_spans(size_t n)
{
	return fixture_send(f.exporter, f.resource, "slurm.step", 1, n);
}

static void expect(enum verdict verdict)
{
	struct export_result r = send_spans(1);

	cr_assert_eq(r.verdict, verdict, "%s", r.msg);
}

/* A connection that ends at the wrong moment costs an attempt, never the batch:
 * it is sent again until it is taken. */
static void expect_sent_soon(void)
{
	struct export_result r = send_spans(1);

	for (int i = 0; i < 5 && r.verdict == VERDICT_RETRY; i++)
		r = send_spans(1);
	cr_assert_eq(r.verdict, VERDICT_SENT, "%s", r.msg);
}

static void expect_message(enum verdict verdict, const char *text)
{
	struct export_result r = send_spans(1);

	cr_assert_eq(r.verdict, verdict, "%s", r.msg);
	cr_assert(strstr(r.msg, text), "%s", r.msg);
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

static unsigned connection(unsigned n)
{
	unsigned number;

	memcpy(&number, request(n, "connection")->data, sizeof(number));
	return number;
}

static void expect_spans(const uint8_t *data, size_t len, size_t want)
{
	Otlp__TracesData *got = otlp__traces_data__unpack(NULL, len, data);

	cr_assert(got);
	cr_assert_eq(got->resource_spans[0]->scope_spans[0]->n_spans, want);
	otlp__traces_data__free_unpacked(got, NULL);
}

static void expect_line(const char *head, const char *line)
{
	char whole[256];

	snprintf(whole, sizeof(whole), "\n%s\n", line);
	cr_assert(strstr(head, whole), "no \"%s\" in:\n%s", line, head);
}

/* ---- before anything is sent ------------------------------------------------
 */

Test(export_grpc, a_libcurl_without_http2_is_refused)
{
	const char *const endpoints[] = { "grpc://h:1", "grpcs://h:1" };
	struct err err = { "" };

	f.old_curl = true;
	for (size_t i = 0; i < 2; i++) {
		cr_assert_null(exporter_create(endpoints[i], &f.config, &err));
		cr_assert(strstr(err.msg, "has no HTTP/2"), "%s", err.msg);
	}
	f.exporter = exporter_create("http://h:1", &f.config, &err);
	cr_assert(f.exporter, "%s", err.msg);
}

Test(export_grpc, endpoints_that_are_none_are_refused)
{
	struct err err = { "" };

	cr_assert_null(exporter_create("grpc://", &f.config, &err));
	cr_assert_null(exporter_create("grpc:///x", &f.config, &err));
	cr_assert_null(exporter_create("grpcs://h:99999", &f.config, &err));
	cr_assert_null(exporter_create("grpc:h", &f.config, &err));
}

Test(export_grpc, a_name_for_the_log)
{
	f.exporter =
		exporter_create("grpcs://u:secret@h:4317", &f.config, NULL);
	cr_assert_str_eq(exporter_name(f.exporter), "grpcs://***@h:4317/");
}

Test(export_grpc, headers_of_grpc_itself_can_not_be_set)
{
	const char *const bad[] = { "grpc-timeout=1S", "te=x",
				    "grpc-encoding=identity",
				    "Grpc-Accept-Encoding=gzip" };
	struct err err = { "" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char *headers[] = { (char *)bad[i], NULL };

		f.config.headers = headers;
		cr_assert_null(exporter_create("grpc://h:1", &f.config, &err));
		cr_assert(strstr(err.msg, "can not be set"), "%s", err.msg);
	}
}

/* ---- what is sent
 * ------------------------------------------------------------ */

Test(export_grpc, a_request_is_what_the_standard_asks_for)
{
	char *headers[] = { (char *)"X-Scope=slurm", NULL };
	const struct buf *body;
	const char *text;
	char line[64];
	size_t len;

	f.config.headers = headers;
	f.config.timeout = 12345;
	aim(SCRIPT("0"));
	cr_assert_eq(send_spans(3).verdict, VERDICT_SENT);
	body = request(1, "body");
	len = body->len - 1;
	expect_spans(body->data, len, 3);
	text = (const char *)request(1, "head")->data;
	cr_assert_eq(strncmp(text, ":method: POST\n", 14), 0, "%s", text);
	expect_line(text, ":path: /opentelemetry.proto.collector.trace.v1."
			  "TraceService/Export");
	expect_line(text, ":scheme: http");
	expect_line(text, "content-type: application/grpc+proto");
	expect_line(text, "te: trailers");
	expect_line(text, "grpc-timeout: 12345m");
	expect_line(text, "x-scope: slurm");
	snprintf(line, sizeof(line), "frame: 0 %zu", len);
	expect_line(text, line);
	cr_assert(strstr(text, "\nuser-agent: slurm-otel/"));
	cr_assert(strstr(text, " OTel-OTLP-Exporter-C/"));
	cr_assert_null(strstr(text, "encoding"), "%s", text);
	cr_assert_null(strstr(text, "expect"), "%s", text);
}

Test(export_grpc, gzip)
{
	static uint8_t plain[1 << 20];
	const struct buf *body;
	char line[64];
	z_stream z = { .next_out = plain, .avail_out = sizeof(plain) };

	f.config.compression = COMPRESSION_GZIP;
	aim(SCRIPT("0"));
	cr_assert_eq(send_spans(200).verdict, VERDICT_SENT);
	body = request(1, "body");
	snprintf(line, sizeof(line), "frame: 1 %zu", body->len - 1);
	z.next_in = body->data;
	z.avail_in = (uInt)body->len - 1;
	cr_assert_eq(inflateInit2(&z, 15 + 16), Z_OK);
	cr_assert_eq(inflate(&z, Z_FINISH), Z_STREAM_END);
	expect_spans(plain, z.total_out, 200);
	inflateEnd(&z);
	expect_line((const char *)request(1, "head")->data, line);
	expect_line((const char *)request(1, "head")->data,
		    "grpc-encoding: gzip");
}

Test(export_grpc, large_batches_pass)
{
	aim(SCRIPT("0"));
	cr_assert_eq(send_spans(60000).verdict, VERDICT_SENT);
	cr_assert_gt(request(1, "body")->len, 3 * 1024 * 1024);
}

/* ---- the connection
 * ------------------------------------------------------------ */

/* Behind TLS, where every libcurl keeps connections; see
 * compat_curl_can_reuse(). */
static void aim_tls(const char *const *answers)
{
	const char *srcdir = getenv("srcdir");
	struct err err = { "" };
	char program[512];

	if (access("/usr/bin/python3", X_OK) ||
	    access("/usr/bin/openssl", X_OK))
		cr_skip_test("no python3, or no openssl");
	snprintf(program, sizeof(program), "%s/tests/fake_grpcs.py",
		 srcdir ? srcdir : ".");
	collector_run(program, "grpcs", answers, &f.collector);
	f.config.tls_verify = false;
	f.exporter = exporter_create(f.collector.url, &f.config, &err);
	cr_assert(f.exporter, "%s", err.msg);
}

Test(export_grpc, the_connection_is_kept)
{
	aim_tls(SCRIPT("0", "14", "14 only", "0"));
	expect_sent_soon();
	for (int i = 0; i < 3; i++)
		send_spans(1);
	cr_assert_eq(connection(4), connection(1));
}

Test(export_grpc, a_server_that_goes_away_is_called_anew)
{
	aim_tls(SCRIPT("0 only last", "0 only close", "0 only last", "0"));
	for (unsigned i = 1; i <= 4; i++) {
		expect_sent_soon();
		cr_assert(i == 1 || connection(i) != connection(i - 1));
	}
}

/* Of which libcurl may lose the trailers: what was not seen is sent again. */
Test(export_grpc, an_answer_with_which_the_connection_ends)
{
	aim(SCRIPT("14 close", "14 last", "0 close", "0 last", "0"));
	expect(VERDICT_RETRY);
	expect(VERDICT_RETRY);
	for (int i = 0; i < 2; i++)
		cr_assert_neq(send_spans(1).verdict, VERDICT_REJECT);
	/* some libcurls see the end of the last one only now */
	expect_sent_soon();
}

Test(export_grpc, a_request_that_a_goaway_refused_is_kept)
{
	aim_tls(SCRIPT("goaway=0", "0"));
	/* libcurl may try again by itself, for nobody saw the request */
	expect_sent_soon();
	cr_assert_neq(connection(1), connection(2));
}

static bool was_sent(unsigned n)
{
	char *path = collector_path(&f.collector, n, "head");
	bool there = path;

	free(path);
	return there;
}

/* Gives up once the request that arg says has come. */
static bool has_come(void *arg)
{
	return was_sent(*(const unsigned *)arg);
}

Test(export_grpc, what_broke_is_not_used_again)
{
	unsigned n = 1;

	aim_tls(SCRIPT("hang", "begin hang", "begin goaway=0", "0", "0"));
	f.config.timeout = LONG;
	exporter_on_wait(f.exporter, has_come, &n);
	expect(VERDICT_RETRY);
	n = 2;
	expect(VERDICT_RETRY);
	exporter_on_wait(f.exporter, NULL, NULL);
	expect_sent_soon();
	expect(VERDICT_SENT);
	for (unsigned i = 1; i < 4; i++)
		cr_assert_neq(connection(i + 1), connection(i));
	cr_assert_eq(connection(5), connection(4));
}

Test(export_grpc, http_1_is_no_grpc)
{
	aim(SCRIPT("http1", "0"));
	expect_message(VERDICT_RETRY, "HTTP/2");
	expect(VERDICT_SENT);
}

Test(export_grpc, nobody_listens)
{
	aim(SCRIPT("0"));
	collector_stop(&f.collector);
	f.collector.pid = 0;
	cr_assert_eq(send_spans(1).verdict, VERDICT_RETRY);
}

/* ---- what is answered
 * ------------------------------------------------------------ */

/* As trailers after a message, as trailers alone, and in a stream that began
 * with headers. */
Test(export_grpc, every_status_in_every_place)
{
	static const enum verdict want[] = {
		VERDICT_SENT,   VERDICT_RETRY,  VERDICT_REJECT, VERDICT_REJECT,
		VERDICT_RETRY,  VERDICT_REJECT, VERDICT_REJECT, VERDICT_REJECT,
		VERDICT_REJECT, VERDICT_REJECT, VERDICT_RETRY,  VERDICT_RETRY,
		VERDICT_REJECT, VERDICT_REJECT, VERDICT_RETRY,  VERDICT_RETRY,
		VERDICT_REJECT,
	};
	const char *answers[2 * 17 + 1] = { NULL };
	char lines[2 * 17][64];

	for (int i = 0; i < 17; i++) {
		snprintf(lines[2 * i], 64, "%d message=number%%20%d", i, i);
		snprintf(lines[2 * i + 1], 64, "%d only message=number%%20%d",
			 i, i);
		answers[2 * i] = lines[2 * i];
		answers[2 * i + 1] = lines[2 * i + 1];
	}
	aim(answers);
	for (int i = 0; i < 2 * 17; i++) {
		struct export_result r = send_spans(1);

		cr_assert_eq(r.verdict, want[i / 2], "%d: %s", i, r.msg);
		snprintf(lines[0], 64, "number %d", i / 2);
		cr_assert(i < 2 || strstr(r.msg, lines[0]), "%s", r.msg);
	}
}

Test(export_grpc, retry_info)
{
	struct export_result r;

	aim(SCRIPT("8 retry=1500 message=slow down", "14 only retry=2000",
		   "8 message=larger than max", "8 details=%%%"));
	r = send_spans(1);
	cr_assert_eq(r.verdict, VERDICT_RETRY);
	cr_assert_eq(r.retry_after_ms, 1500);
	cr_assert_str_eq(r.msg,
			 "gRPC status 8 (RESOURCE_EXHAUSTED): slow down");
	r = send_spans(1);
	cr_assert_eq(r.verdict, VERDICT_RETRY);
	cr_assert_eq(r.retry_after_ms, 2000);
	for (int i = 0; i < 2; i++) {
		r = send_spans(1);
		cr_assert_eq(r.verdict, VERDICT_REJECT);
		cr_assert(r.divisible);
	}
}

Test(export_grpc, partial_success)
{
	struct export_result r;

	aim(SCRIPT("0 partial=3 message=too old",
		   "0 split partial=4 message=too old"));
	for (unsigned i = 3; i <= 4; i++) {
		r = send_spans(5);
		cr_assert_eq(r.verdict, VERDICT_SENT);
		cr_assert_eq(r.rejected, i);
		cr_assert(strstr(r.msg, "too old"));
	}
}

Test(export_grpc, proxies_know_no_status)
{
	struct export_result r;

	aim(SCRIPT("http=503 only retry-after=7", "http=401 type=text/html",
		   "http=413 only", "http=200 type=text/html"));
	r = send_spans(1);
	cr_assert_eq(r.verdict, VERDICT_RETRY);
	cr_assert_eq(r.retry_after_ms, 7000);
	expect_message(VERDICT_REJECT, "UNAUTHENTICATED");
	r = send_spans(1);
	cr_assert_eq(r.verdict, VERDICT_REJECT);
	cr_assert(r.divisible);
	expect_message(VERDICT_REJECT, "UNKNOWN");
}

Test(export_grpc, no_answer_keeps_the_batch)
{
	const unsigned hang = 6;

	aim(SCRIPT("drop", "begin drop", "begin rst=2", "rst=8", "rst=11",
		   "begin hang", "begin rst=0", "", "only", "0"));
	f.config.timeout = LONG;
	for (unsigned i = 1; i < 10; i++) {
		exporter_on_wait(f.exporter, i == hang ? has_come : NULL, &i);
		expect(VERDICT_RETRY);
	}
	expect(VERDICT_SENT);
}

/* REFUSED_STREAM: nobody worked on it, so libcurl tries again at once. */
Test(export_grpc, a_refused_stream)
{
	aim(SCRIPT("rst=7", "0"));
	expect_sent_soon();
}

/* ---- receivers that mean ill
 * -------------------------------------------------- */

Test(export_grpc, trailers_of_garbage)
{
	aim(SCRIPT("x14 message=%zz%ff%00%1b[2J", "14 twice=0", "0 twice=14",
		   "99999999999999999999", "-1", "14 message=%e2%82",
		   "14 details=AAAA", "0"));
	expect_message(VERDICT_REJECT, "UNKNOWN");
	/* the last word counts */
	expect(VERDICT_SENT);
	expect(VERDICT_RETRY);
	expect(VERDICT_REJECT);
	expect(VERDICT_REJECT);
	expect(VERDICT_RETRY);
	expect(VERDICT_RETRY);
	expect(VERDICT_SENT);
}

Test(export_grpc, a_megabyte_of_trailers_is_no_answer)
{
	aim(SCRIPT("0 trailers=1000000", "0 only trailers=1000000",
		   "0 trailers=3000"));
	expect(VERDICT_RETRY);
	expect(VERDICT_RETRY);
	expect(VERDICT_SENT);
}

Test(export_grpc, messages_that_lie_change_nothing)
{
	aim(SCRIPT("0 length=4294967295 partial=3 message=x",
		   "0 length=4294967295 body=100000", "0 flag=1 body=1000",
		   "0 flag=255 partial=3 message=x", "3 length=4294967295"));
	for (int i = 0; i < 4; i++) {
		struct export_result r = send_spans(1);

		cr_assert_eq(r.verdict, VERDICT_SENT);
		cr_assert_eq(r.rejected, 0);
	}
	expect(VERDICT_REJECT);
}

Test(export_grpc, a_huge_answer_is_not_read_to_the_end)
{
	aim(SCRIPT("0 body=50000000", "0"));
	expect(VERDICT_RETRY);
	expect(VERDICT_SENT);
	cr_assert_neq(connection(2), connection(1));
}

Test(export_grpc, floods_cost_the_timeout_at_most)
{
	aim(SCRIPT("flood=settings", "flood=ping", "flood=window",
		   "flood=interim", "flood=headers", "flood=drip-headers",
		   "flood=data", "flood=empty", "flood=drip",
		   "begin flood=ping", "0"));
	f.config.timeout = SHORT;
	/* on a busy machine a flood may not have begun by then */
	for (unsigned i = 1; i <= 10; i++)
		do
			expect(VERDICT_RETRY);
		while (!was_sent(i));
	f.config.timeout = LONG;
	expect(VERDICT_SENT);
}

static bool always(void *arg)
{
	++*(int *)arg;
	return true;
}

Test(export_grpc, a_send_can_be_given_up)
{
	int asked = 0;

	f.config.timeout = 3600 * 1000;
	aim(SCRIPT("hang"));
	exporter_on_wait(f.exporter, always, &asked);
	expect(VERDICT_RETRY);
	cr_assert_geq(asked, 1);
}
