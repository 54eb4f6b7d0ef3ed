/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Protocols over HTTP beside OTLP's protobuf, Auth and Proxy, on the wire. */
#include "otlp/exporter.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>

#include <criterion/criterion.h>

#include "collector.h"
#include "otlp/aws_credentials.h"
#include "otlp_fixture.h"

#define SCRIPT(...) ((const char *const[]){ __VA_ARGS__, NULL })
#define IMDS_CREDENTIALS                                                       \
	"200 type=application/json text={\"Code\":\"Success\",\"AccessKeyId\"" \
	":\"ROLEKEY\",\"SecretAccessKey\":\"s3cret\",\"Token\":\"T0ken\","     \
	"\"Expiration\":\"%s\"}"

static struct fixture {
	struct collector collector;
	struct temp_dir dir;
	char path[128];
	struct config config;
	struct resource *resource;
	struct exporter *exporter;
	time_t clock_ahead;
} f;

/* Stands before libc's own. */
__attribute__((visibility("default"))) time_t time(time_t *ret)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	now.tv_sec += f.clock_ahead;
	if (ret)
		*ret = now.tv_sec;
	return now.tv_sec;
}

static void set_up(void)
{
	const char *const unset[] = { "AWS_ACCESS_KEY_ID",
				      "AWS_SECRET_ACCESS_KEY",
				      "AWS_SESSION_TOKEN",
				      "AWS_EC2_METADATA_SERVICE_ENDPOINT" };

	for (size_t i = 0; i < sizeof(unset) / sizeof(unset[0]); i++)
		unsetenv(unset[i]);
	setenv("AWS_EC2_METADATA_DISABLED", "true", 1);
	setenv("no_proxy", "*", 1);
	temp_dir_make(&f.dir);
	snprintf(f.path, sizeof(f.path), "%s/secret", f.dir.path);
	f.config = fixture_config();
	f.resource = resource_create(&f.config, "c1", "i1", NULL);
}

static void tear_down(void)
{
	exporter_destroy(f.exporter);
	resource_destroy(f.resource);
	if (f.collector.pid)
		collector_stop(&f.collector);
	temp_dir_remove(&f.dir);
}

TestSuite(http_auth, .init = set_up, .fini = tear_down);

/* As a tool that rotates secrets does: a new file takes the name. */
static void write_secret(const char *text, size_t len, mode_t mode)
{
	char temporary[160];
	int fd;

	snprintf(temporary, sizeof(temporary), "%s.new", f.path);
	fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
	cr_assert_eq(write(fd, text, len), (ssize_t)len);
	fchmod(fd, mode);
	close(fd);
	cr_assert_eq(rename(temporary, f.path), 0);
}

static char *bearer(void)
{
	static char auth[160];

	snprintf(auth, sizeof(auth), "bearer:%s", f.path);
	return auth;
}

/* The receiver under another scheme than http://. */
static void aim(const char *scheme, const char *const *answers)
{
	struct err err = { "" };
	char url[1024];

	collector_start(answers, &f.collector);
	snprintf(url, sizeof(url), "%s%s", scheme,
		 f.collector.url + strlen("http://"));
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

static const char *request(unsigned n, const char *what)
{
	static struct buf buf;

	buf_clear(&buf);
	cr_assert_eq(collector_read(&f.collector, n, what, &buf), 0,
		     "there is no request %u", n);
	return (const char *)buf.data;
}

static bool was_sent(unsigned n)
{
	char *path = collector_path(&f.collector, n, "head");
	bool there = path;

	free(path);
	return there;
}

static void refuse(const char *endpoint, const char *why)
{
	struct err err = { "" };

	cr_assert_null(exporter_create(endpoint, &f.config, &err));
	cr_assert(strstr(err.msg, why), "%s", err.msg);
	cr_assert_null(strstr(err.msg, "s3cret"), "%s", err.msg);
}

/* ---- protocols ---------------------------------------------------------- */

Test(http_auth, otlp_json)
{
	struct export_result r;

	aim("http+json://",
	    SCRIPT("200 type=application/json text={\"partialSuccess\":"
		   "{\"rejectedSpans\":\"1\",\"errorMessage\":\"old\"}}"));
	r = send_span();
	cr_assert_eq(r.verdict, VERDICT_SENT);
	cr_assert_eq(r.rejected, 1);
	cr_assert(strstr(r.msg, "old"), "%s", r.msg);
	cr_assert(strstr(request(1, "head"), "POST /v1/traces HTTP/1.1\r\n"));
	cr_assert(strstr(request(1, "head"),
			 "\r\nContent-Type: application/json\r\n"));
	cr_assert_eq(strncmp(request(1, "body"), "{\"resourceSpans\":[", 18),
		     0);
}

Test(http_auth, an_answer_counts_in_its_own_encoding)
{
	struct export_result r;

	aim("http+json://",
	    SCRIPT("200 partial=1 message=old", "400 type=text/plain text=no"));
	r = send_span();
	cr_assert_eq(r.rejected, 1);
	r = send_span();
	cr_assert_str_eq(r.msg, "HTTP 400: no");
	cr_assert(r.divisible);
}

Test(http_auth, zipkin)
{
	aim("zipkin://", SCRIPT("202", "413", "500", "503 retry-after=2"));
	cr_assert_eq(send_span().verdict, VERDICT_SENT);
	cr_assert(
		strstr(request(1, "head"), "POST /api/v2/spans HTTP/1.1\r\n"));
	cr_assert(strstr(request(1, "head"),
			 "\r\nContent-Type: application/json\r\n"));
	cr_assert_eq(
		strncmp(request(1, "body"), "[{\"traceId\":\"4bf92f35", 20), 0);
	cr_assert(send_span().divisible);
	cr_assert_eq(send_span().verdict, VERDICT_REJECT);
	cr_assert_eq(send_span().retry_after_ms, 2000);
}

/* ---- bearer ------------------------------------------------------------- */

Test(http_auth, a_token_that_can_not_be_used_keeps_the_batch)
{
	static const char long_token[20000] = { 0 };
	const struct {
		const char *text;
		size_t len;
		mode_t mode;
		const char *why;
	} bad[] = {
		{ "s3cret", 6, 0640, "has mode 0640" },
		{ "s3cret", 6, 0604, "has mode 0604" },
		{ "", 0, 0600, "does not hold one line" },
		{ "\n", 1, 0600, "does not hold one line" },
		{ "s3cret\nx", 8, 0600, "does not hold one line" },
		{ "s3cret\r\nX-Evil: 1\n", 18, 0600, "does not hold one line" },
		{ "s3cret\0x", 8, 0600, "does not hold one line" },
		{ "s3 cret", 7, 0600, "does not hold one line" },
		{ long_token, sizeof(long_token), 0600, "longer than" },
	};
	struct export_result r;

	f.config.auth = bearer();
	aim("http://", SCRIPT("200"));
	r = send_span();
	cr_assert_eq(r.verdict, VERDICT_RETRY);
	cr_assert(strstr(r.msg, "No such file"), "%s", r.msg);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		write_secret(bad[i].text, bad[i].len, bad[i].mode);
		r = send_span();
		cr_assert_eq(r.verdict, VERDICT_RETRY, "%zu", i);
		cr_assert(strstr(r.msg, bad[i].why), "%zu: %s", i, r.msg);
	}
	cr_assert_not(was_sent(1));
	write_secret("good\n", 5, 0600);
	cr_assert_eq(send_span().verdict, VERDICT_SENT);
}

Test(http_auth, a_token_is_sent_and_follows_its_file)
{
	f.config.auth = bearer();
	write_secret("one\r\n", 5, 0600);
	aim("http+json://", SCRIPT("200"));
	cr_assert_eq(send_span().verdict, VERDICT_SENT);
	cr_assert(strstr(request(1, "head"),
			 "\r\nAuthorization: Bearer one\r\n"));
	cr_assert_eq(send_span().verdict, VERDICT_SENT);
	cr_assert(strstr(request(2, "head"),
			 "\r\nAuthorization: Bearer one\r\n"));
	write_secret("two", 3, 0400);
	cr_assert_eq(send_span().verdict, VERDICT_SENT);
	cr_assert(strstr(request(3, "head"),
			 "\r\nAuthorization: Bearer two\r\n"));
	cr_assert_null(strstr(request(3, "head"), "one"));
	/* others may read it from now on: it is no secret any more */
	cr_assert_eq(chmod(f.path, 0644), 0);
	cr_assert_eq(send_span().verdict, VERDICT_RETRY);
	cr_assert_eq(unlink(f.path), 0);
	cr_assert_eq(send_span().verdict, VERDICT_RETRY);
	cr_assert_not(was_sent(4));
}

Test(http_auth, a_refusal_of_the_sender_is_final)
{
	f.config.auth = bearer();
	write_secret("one", 3, 0600);
	aim("http://", SCRIPT("401"));
	cr_assert_eq(send_span().verdict, VERDICT_REJECT);
}

Test(http_auth, unless_the_token_was_replaced_meanwhile, .timeout = 60)
{
	pid_t child;
	int status;

	f.config.auth = bearer();
	write_secret("one", 3, 0600);
	/* the last keeps us waiting until the token is another one */
	aim("http://", SCRIPT("401 slow=1500", "200"));
	child = fork();
	if (child == 0) {
		while (!was_sent(1))
			usleep(10000);
		write_secret("two", 3, 0600);
		_exit(0);
	}
	cr_assert_eq(send_span().verdict, VERDICT_RETRY);
	cr_assert_eq(waitpid(child, &status, 0), child);
	cr_assert_eq(send_span().verdict, VERDICT_SENT);
	cr_assert(strstr(request(2, "head"),
			 "\r\nAuthorization: Bearer two\r\n"));
}

Test(http_auth, a_request_has_one_authentication)
{
	char *headers[] = { (char *)"authorization=s3cret", NULL };

	f.config.auth = bearer();
	refuse("http://user:s3cret@127.0.0.1:9", "has a user of its own");
	f.config.headers = headers;
	refuse("http://127.0.0.1:9", "can not be set with Auth");
}

/* ---- SigV4: what is sent; tests/agent/test_auth.sh checks the signature - */

Test(http_auth, credentials_are_read_as_aws_tools_write_them)
{
	struct aws_credentials got = { NULL, NULL, NULL };

	cr_assert_eq(aws_credentials_parse(
			     "# a comment\n[other]\naws_access_key_id=no\n"
			     "[default]\r\n; another\nregion = eu-west-1\n"
			     " AWS_ACCESS_KEY_ID = AKID \r\n"
			     "aws_secret_access_key=a+b/c==\n"
			     "aws_session_token = tok=en\n"
			     "[last]\naws_access_key_id=no\n",
			     &got, NULL),
		     0);
	cr_assert_str_eq(got.id, "AKID");
	cr_assert_str_eq(got.secret, "a+b/c==");
	cr_assert_str_eq(got.token, "tok=en");
	aws_credentials_clear(&got);
}

Test(http_auth, credentials_that_are_none)
{
	const char *const bad[] = {
		"",
		"[default]\n",
		"aws_access_key_id=s3cret\naws_secret_access_key=s3cret\n",
		"[default]\naws_access_key_id=s3cret\n",
		"[default]\naws_access_key_id=s3cret\n"
		"aws_secret_access_key=\n",
		"[default]\naws_access_key_id=s3cret x\n"
		"aws_secret_access_key=y\n",
		"[default]\naws_access_key_id=s3cret\x01\n"
		"aws_secret_access_key=y\n",
	};
	struct aws_credentials got = { NULL, NULL, NULL };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct err err = { "" };

		cr_assert_eq(aws_credentials_parse(bad[i], &got, &err), -1,
			     "%zu", i);
		cr_assert_null(got.id);
		cr_assert_null(strstr(err.msg, "s3cret"), "%s", err.msg);
	}
}

Test(http_auth, without_credentials_there_is_no_exporter)
{
	f.config.auth = (char *)"sigv4:eu-west-1/xray";
	refuse("http://127.0.0.1:9", "there are no AWS credentials");
	setenv("AWS_ACCESS_KEY_ID", "a s3cret", 1);
	setenv("AWS_SECRET_ACCESS_KEY", "s3cret", 1);
	refuse("http://127.0.0.1:9", "AWS_ACCESS_KEY_ID is not a word");
}

Test(http_auth, a_credentials_file_goes_before_the_environment)
{
	const char *text = "[default]\naws_access_key_id=FILEKEY\n"
			   "aws_secret_access_key=s3cret\n";
	const char *next = "[default]\naws_access_key_id=NEXTKEY\n"
			   "aws_secret_access_key=s3cret\n"
			   "aws_session_token=T0ken\n";

	setenv("AWS_ACCESS_KEY_ID", "ENVKEY", 1);
	setenv("AWS_SECRET_ACCESS_KEY", "s3cret", 1);
	f.config.auth = (char *)"sigv4:eu-west-1/xray";
	f.config.credentials_file = f.path;
	write_secret(text, strlen(text), 0644);
	aim("http://", SCRIPT("200"));
	cr_assert_eq(send_span().verdict, VERDICT_RETRY);
	cr_assert_eq(chmod(f.path, 0600), 0);
	cr_assert_eq(send_span().verdict, VERDICT_SENT);
	cr_assert(strstr(request(1, "head"), "Credential=FILEKEY/"));
	cr_assert(strstr(request(1, "head"), "/eu-west-1/xray/aws4_request"));
	write_secret(next, strlen(next), 0600);
	cr_assert_eq(send_span().verdict, VERDICT_SENT);
	cr_assert(strstr(request(2, "head"), "Credential=NEXTKEY/"));
	cr_assert(strstr(request(2, "head"),
			 "\r\nX-Amz-Security-Token: T0ken\r\n"));
	/* and a token of older credentials does not stay */
	write_secret(text, strlen(text), 0600);
	cr_assert_eq(send_span().verdict, VERDICT_SENT);
	cr_assert_null(strstr(request(3, "head"), "T0ken"));
}

/* ---- EC2's metadata service --------------------------------------------- */

static void start_metadata(struct collector *metadata,
			   const char *const *script)
{
	collector_start(script, metadata);
	setenv("AWS_EC2_METADATA_DISABLED", "false", 1);
	setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", metadata->url, 1);
	f.config.auth = (char *)"sigv4:eu-west-1/xray";
}

static const char *credentials_until(time_t when)
{
	static char answer[512];
	char text[32];

	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", gmtime(&when));
	snprintf(answer, sizeof(answer), IMDS_CREDENTIALS, text);
	return answer;
}

static const char *asked(struct collector *metadata, unsigned n)
{
	static struct buf buf;

	buf_clear(&buf);
	if (collector_read(metadata, n, "head", &buf) < 0)
		return "";
	return (const char *)buf.data;
}

Test(http_auth, the_role_of_the_instance_signs)
{
	struct collector metadata;

	start_metadata(&metadata,
		       SCRIPT("200 text=tok-en==", "200 text=my-role",
			      credentials_until(time(NULL) + 3600)));
	aim("http://", SCRIPT("200"));
	cr_assert_eq(send_span().verdict, VERDICT_SENT);
	cr_assert_eq(send_span().verdict, VERDICT_SENT);
	cr_assert(strstr(request(2, "head"), "Credential=ROLEKEY/"));
	cr_assert(strstr(request(2, "head"),
			 "\r\nX-Amz-Security-Token: T0ken\r\n"));
	cr_assert(strstr(asked(&metadata, 1), "PUT /latest/api/token HTTP"));
	cr_assert(strstr(asked(&metadata, 1),
			 "X-aws-ec2-metadata-token-ttl-seconds: "));
	cr_assert(strstr(asked(&metadata, 3),
			 "GET /latest/meta-data/iam/security-credentials/"
			 "my-role HTTP"));
	cr_assert(strstr(asked(&metadata, 3),
			 "X-aws-ec2-metadata-token: tok-en==\r\n"));
	cr_assert_str_empty(asked(&metadata, 4), "they are kept");
	collector_stop(&metadata);
}

Test(http_auth, a_metadata_service_that_fails_keeps_the_batch, .timeout = 60)
{
	struct collector metadata;

	f.config.timeout = 600;
	start_metadata(
		&metadata,
		SCRIPT("404", "200 body=100000", "200 text=a b", "200 text=tok",
		       "200 text=../role", "200 text=tok", "200 text=role",
		       "200 text=[[[[[[[[", "200 text=tok", "200 text=role",
		       "200 text={\"AccessKeyId\":1}", "hang"));
	aim("http://", SCRIPT("200"));
	for (int i = 0; i < 7; i++)
		cr_assert_eq(send_span().verdict, VERDICT_RETRY, "%d", i);
	cr_assert_not(was_sent(1));
	collector_stop(&metadata);
}

Test(http_auth, asking_takes_no_longer_than_a_caller_about_to_end,
     .timeout = 60)
{
	struct collector metadata;

	f.config.timeout = 3600 * 1000;
	start_metadata(&metadata, SCRIPT("hang"));
	aim("http://", SCRIPT("200"));
	exporter_limit(f.exporter, 600);
	cr_assert_eq(send_span().verdict, VERDICT_RETRY);
	collector_stop(&metadata);
}

/* A clock that went back makes old credentials good again: then all of them is
 * sent, or none. */
Test(http_auth, credentials_that_expired_are_forgotten)
{
	struct collector metadata;

	start_metadata(&metadata,
		       SCRIPT("200 text=tok", "200 text=role",
			      credentials_until(time(NULL) + 3600), "500"));
	aim("http://", SCRIPT("200"));
	cr_assert_eq(send_span().verdict, VERDICT_SENT);
	f.clock_ahead = 7200;
	cr_assert_eq(send_span().verdict, VERDICT_RETRY);
	f.clock_ahead = 0;
	cr_assert_eq(send_span().verdict, VERDICT_RETRY);
	cr_assert_not(was_sent(2));
	collector_stop(&metadata);
}

Test(http_auth, good_credentials_outlive_a_failing_service)
{
	struct collector metadata;

	start_metadata(&metadata,
		       SCRIPT("200 text=tok", "200 text=role",
			      credentials_until(time(NULL) + 200), "500"));
	aim("http://", SCRIPT("200"));
	cr_assert_eq(send_span().verdict, VERDICT_SENT);
	cr_assert_eq(send_span().verdict, VERDICT_SENT);
	collector_stop(&metadata);
}

/* ---- Proxy -------------------------------------------------------------- */

Test(http_auth, a_proxy_gets_the_request_and_its_password)
{
	struct err err;
	char proxy[1024];

	collector_start(SCRIPT("200"), &f.collector);
	snprintf(proxy, sizeof(proxy), "http://user:pass@%s",
		 f.collector.url + strlen("http://"));
	f.config.proxy = proxy;
	f.exporter = exporter_create("http://receiver.invalid:4318", &f.config,
				     &err);
	cr_assert_eq(send_span().verdict, VERDICT_SENT);
	cr_assert(strstr(request(1, "head"),
			 "POST http://receiver.invalid:4318/v1/traces HTTP"));
	cr_assert(strstr(request(1, "head"),
			 "\r\nProxy-Authorization: Basic dXNlcjpwYXNz\r\n"));
}

Test(http_auth, hosts_of_no_proxy_are_reached_directly)
{
	f.config.proxy = (char *)"http://user:s3cret@127.0.0.1:9";
	f.config.no_proxy = (char *)"localhost, 127.0.0.1";
	aim("http://", SCRIPT("200"));
	cr_assert_eq(send_span().verdict, VERDICT_SENT);
}

Test(http_auth, a_tunnel_that_stands_is_no_answer_of_the_receiver)
{
	struct err err;

	collector_start(SCRIPT("200 body=100", "407"), &f.collector);
	f.config.proxy = f.collector.url;
	f.exporter =
		exporter_create("https://receiver.invalid", &f.config, &err);
	cr_assert(f.exporter);
	cr_assert_eq(send_span().verdict, VERDICT_RETRY);
	cr_assert_eq(send_span().verdict, VERDICT_RETRY);
	cr_assert(strstr(request(1, "head"),
			 "CONNECT receiver.invalid:443 HTTP"));
}
