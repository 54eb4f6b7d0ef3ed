/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Auth and Proxy over HTTP/2, as gRPC has it; test_http_auth.c has the rest. */
#include "otlp/exporter.h"

#include <sys/stat.h>

#include <criterion/criterion.h>

#include "collector.h"
#include "otlp_fixture.h"
#include "tunnel.h"

#define SCRIPT(...) ((const char *const[]){ __VA_ARGS__, NULL })

static struct fixture {
	struct collector collector;
	struct temp_dir dir;
	char path[128], auth[160], proxy[160];
	pid_t tunnel;
	struct config config;
	struct resource *resource;
	struct exporter *exporter;
} f;

static void set_up(void)
{
	setenv("AWS_EC2_METADATA_DISABLED", "true", 1);
	setenv("AWS_ACCESS_KEY_ID", "AKID", 1);
	setenv("AWS_SECRET_ACCESS_KEY", "s3cret", 1);
	setenv("AWS_SESSION_TOKEN", "T0ken", 1);
	temp_dir_make(&f.dir);
	snprintf(f.path, sizeof(f.path), "%s/secret", f.dir.path);
	f.config = fixture_config();
	f.config.timeout = 60 * 1000;
	f.resource = resource_create(&f.config, "c1", "i1", NULL);
}

static void tear_down(void)
{
	exporter_destroy(f.exporter);
	resource_destroy(f.resource);
	if (f.collector.pid)
		collector_stop(&f.collector);
	if (f.tunnel)
		kill(f.tunnel, SIGKILL);
	temp_dir_remove(&f.dir);
}

TestSuite(grpc_auth, .init = set_up, .fini = tear_down, .timeout = 120);

static void write_secret(const char *text)
{
	char temporary[160];
	FILE *file;

	snprintf(temporary, sizeof(temporary), "%s.new", f.path);
	file = fopen(temporary, "we");
	cr_assert(file && fputs(text, file) >= 0 && !fclose(file));
	cr_assert_eq(chmod(temporary, 0600), 0);
	cr_assert_eq(rename(temporary, f.path), 0);
}

static void use_bearer(const char *token)
{
	snprintf(f.auth, sizeof(f.auth), "bearer:%s", f.path);
	f.config.auth = f.auth;
	write_secret(token);
}

static void use_tunnel(const char *user)
{
	unsigned port;

	f.tunnel = tunnel_start(f.dir.path, &port);
	snprintf(f.proxy, sizeof(f.proxy), "http://%s127.0.0.1:%u", user, port);
	f.config.proxy = f.proxy;
}

/* host NULL: the receiver's own; else a name that a proxy alone knows. */
static void aim(const char *host, const char *const *answers)
{
	const char *path = getenv("FAKE_GRPC");
	struct err err = { "" };
	char url[128];

	collector_run(path ? path : "tests/fake_grpc", "grpc", answers,
		      &f.collector);
	snprintf(url, sizeof(url), "grpc://%s:%s", host ? host : "127.0.0.1",
		 strrchr(f.collector.url, ':') + 1);
	f.exporter = exporter_create(url, &f.config, &err);
	cr_assert(f.exporter, "%s", err.msg);
}

static struct export_result send_span(void)
{
	struct export_result result =
		fixture_send(f.exporter, f.resource, "slurm.step", 1, 1);

	cr_assert_null(strstr(result.msg, "s3cret"), "%s", result.msg);
	return result;
}

static void expect(enum verdict verdict)
{
	struct export_result r = send_span();

	cr_assert_eq(r.verdict, verdict, "%s", r.msg);
}

static const char *head(unsigned n)
{
	static struct buf buf;

	buf_clear(&buf);
	cr_assert_eq(collector_read(&f.collector, n, "head", &buf), 0,
		     "there is no request %u", n);
	return (const char *)buf.data;
}

/* The lines of text that begin with begin. */
static unsigned lines(const char *text, const char *begin)
{
	unsigned n = 0;

	for (const char *p = text; (p = strchr(p, '\n')); p++)
		n += !strncmp(p + 1, begin, strlen(begin));
	return n;
}

Test(grpc_auth, a_bearer_token_is_sent_and_follows_its_file)
{
	use_bearer("one\n");
	aim(NULL, SCRIPT("0"));
	expect(VERDICT_SENT);
	cr_assert(strstr(head(1), "\nauthorization: Bearer one\n"));
	cr_assert_eq(lines(head(1), "authorization:"), 1);
	write_secret("two");
	expect(VERDICT_SENT);
	cr_assert(strstr(head(2), "\nauthorization: Bearer two\n"));
	cr_assert_eq(unlink(f.path), 0);
	expect(VERDICT_RETRY);
}

Test(grpc_auth, a_refusal_of_the_sender_is_final)
{
	use_bearer("one");
	aim(NULL, SCRIPT("16", "7 only"));
	expect(VERDICT_REJECT);
	expect(VERDICT_REJECT);
}

static bool replace_token(void *arg)
{
	(void)arg;
	write_secret("two");
	return false;
}

/* Of the batch itself nothing else may be said because a token is new. */
Test(grpc_auth, unless_the_token_was_replaced_meanwhile)
{
	struct export_result r;

	use_bearer("one");
	aim(NULL, SCRIPT("16 message=expired", "7 only", "3", "0"));
	exporter_on_wait(f.exporter, replace_token, NULL);
	r = send_span();
	cr_assert_eq(r.verdict, VERDICT_RETRY);
	cr_assert(strstr(r.msg, "expired"), "%s", r.msg);
	expect(VERDICT_RETRY);
	expect(VERDICT_REJECT);
	expect(VERDICT_SENT);
	cr_assert(strstr(head(4), "\nauthorization: Bearer two\n"));
}

Test(grpc_auth, aws_gets_a_signature)
{
	const char *text;

	f.config.auth = (char *)"sigv4:eu-west-1/xray";
	aim(NULL, SCRIPT("0"));
	expect(VERDICT_SENT);
	text = head(1);
	cr_assert(strstr(text, "\nauthorization: AWS4-HMAC-SHA256 "
			       "Credential=AKID/"),
		  "%s", text);
	cr_assert(strstr(text, "/eu-west-1/xray/aws4_request, "));
	cr_assert_eq(lines(text, "authorization:"), 1);
	cr_assert_eq(lines(text, "x-amz-date:"), 1);
	cr_assert(strstr(text, "\nx-amz-security-token: T0ken\n"));
	cr_assert(strstr(text, "\nte: trailers\n"));
	cr_assert_null(strstr(text, "s3cret"));
}

static const char *connect_head(void)
{
	static char text[8192];
	char path[160];
	FILE *file;

	snprintf(path, sizeof(path), "%s/tunnel", f.dir.path);
	file = fopen(path, "re");
	cr_assert(file, "the proxy was not asked");
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	fclose(file);
	return text;
}

/* The proxy is told where to, and nothing of what is for the receiver. */
Test(grpc_auth, a_proxy_tunnels)
{
	const char *text;

	use_bearer("t0ken");
	use_tunnel("user:pass@");
	aim("receiver.invalid", SCRIPT("14", "0"));
	expect(VERDICT_RETRY);
	expect(VERDICT_SENT);
	text = head(2);
	cr_assert(strstr(text, "\nauthorization: Bearer t0ken\n"));
	cr_assert(strstr(text, "\n:authority: receiver.invalid:"));
	cr_assert_eq(lines(text, "proxy-"), 0, "%s", text);
	text = connect_head();
	cr_assert_eq(strncmp(text, "CONNECT receiver.invalid:", 25), 0);
	cr_assert(
		strstr(text, "\nProxy-Authorization: Basic dXNlcjpwYXNz\r\n"));
	cr_assert_null(strstr(text, "t0ken"), "%s", text);
	cr_assert_null(strstr(text, "grpc"), "%s", text);
}
