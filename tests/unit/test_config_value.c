/* SPDX-License-Identifier: GPL-2.0-or-later */
/* otel.conf, one value at a time: what is refused and how it is said, what is
 * read, and that it prints as it would be written. */
#include "config/config.h"

#include <locale.h>

#include "config/endpoint.h"
#include "config_support.h"

/* ---- what is refused ---------------------------------------------------- */

Test(config_value, refuses_what_is_no_boolean)
{
	assert_refused("Enabled=maybe\n",
		       ":1: Enabled: \"maybe\" is not yes or no");
	assert_refused("Enabled=y\n", ":1: Enabled: \"y\" is not yes or no");
}

Test(config_value, refuses_what_is_no_auth)
{
	static const char *const bad[] = {
		"eu-west-1",      "eu-west-1/",   "/xray",
		"EU-WEST-1/xray", "eu west/xray", "a/b/c",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char line[64];

		snprintf(line, sizeof(line), "Auth=\"sigv4:%s\"\n", bad[i]);
		assert_refused(line, ":1: Auth: sigv4: is not followed by "
				     "REGION/SERVICE, such as "
				     "eu-central-1/xray");
	}
	assert_refused("Auth=bearer:token\n",
		       ":1: Auth: bearer: is not followed by an absolute path");
	assert_refused("Auth=bearer:/t\nCredentialsFile=/c\n",
		       ":2: CredentialsFile: is set without "
		       "Auth=sigv4:REGION/SERVICE");
	assert_refused("NoProxy=localhost\n",
		       ":1: NoProxy: is set without Proxy");
	assert_refused("Proxy=http://p\nNoProxy=\"a;b\"\n",
		       ":2: NoProxy: \"a;b\" is not a list of hosts");
}

Test(config_value, refuses_what_is_no_completion_plugin)
{
	static const char *const bad[] = {
		"jobcomp/",    "JobComp/lua",         "jobcomp/../x",
		"jobcomp/a/b", "accounting/lua",      "Lua",
		"a.so",        "/usr/lib/x.so",       "jobcomp/jobcomp/lua",
		"a b",         "jobcomp/filetxt,lua",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char line[64], expected[128];

		snprintf(line, sizeof(line), "JobCompChain=\"%s\"\n", bad[i]);
		snprintf(expected, sizeof(expected),
			 ":1: JobCompChain: \"%s\" is not jobcomp/NAME",
			 bad[i]);
		assert_refused(line, expected);
	}
	assert_refused("JobCompChain=jobcomp/otel\n",
		       ":1: JobCompChain: jobcomp/otel can not be handed its "
		       "own calls; name another plugin");
	assert_refused("JobCompChain=otel\n",
		       ":1: JobCompChain: jobcomp/otel can not be handed its "
		       "own calls; name another plugin");
}

Test(config_value, reads_a_completion_plugin)
{
	struct config *config = config_of("JobCompChain=jobcomp/filetxt\n");

	cr_assert_str_eq(config->job_comp_chain, "filetxt");
	config_destroy(config);
	assert_read("JobCompChain", "my_own2", "jobcomp/my_own2");
	config = config_of("JobCompChain=lua\nJobCompChain=\n");
	cr_assert_null(config->job_comp_chain);
	config_destroy(config);
}

Test(config_value, refuses_what_is_no_amount)
{
	static const char *const bad[] = { "-1",  "1,5",   "0x10", "nan",
					   "inf", "1e400", "1e16" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char line[64], expected[128];

		snprintf(line, sizeof(line), "CostPerCpuHour=%s\n", bad[i]);
		snprintf(expected, sizeof(expected),
			 ":1: CostPerCpuHour: \"%s\" is not a number from 0 "
			 "up",
			 bad[i]);
		assert_refused(line, expected);
	}
}

Test(config_value, reads_amounts_in_any_locale)
{
	struct config *config = config_of("CostPerGpuHour=2.50\n");

	cr_assert_eq(config->cost_per_gpu_hour, 2.5);
	cr_assert_eq(config->cost_per_cpu_hour, 0);
	assert_value(config, "CostPerCpuHour", "");
	config_destroy(config);
	setlocale(LC_ALL, "de_DE.UTF-8");
	assert_read("CostPerGpuHour", "0.031", "0.031");
	assert_read("CostPerCpuHour", "1200", "1200");
	assert_read("CostPerCpuHour", "0", "");
}

Test(config_value, reads_auth_and_proxy)
{
	struct config *config =
		config_of("Auth=SigV4:eu-west-1/xray\nCredentialsFile=/c\n"
			  "Proxy=Socks5h://u:p@[::1]:1080/\n"
			  "NoProxy=\"localhost, .example.org,10.0.0.0/8\"\n");

	cr_assert_str_eq(config->auth, "sigv4:eu-west-1/xray");
	cr_assert_str_eq(config->proxy, "Socks5h://u:p@[::1]:1080/");
	config_destroy(config);
	config = config_of("Auth=Bearer:/x\nAuth=\"bearer:/A/b c\"\n"
			   "Proxy=http://p\nProxy=\n");
	cr_assert_str_eq(config->auth, "bearer:/A/b c");
	cr_assert_null(config->proxy);
	config_destroy(config);
}

Test(config_value, refuses_what_is_no_duration)
{
	static const char *const bad[] = { "10",  "s",    "1.5s", "-1s",
					   "1d",  "1 s",  "1sm",  "ms",
					   "+1s", "0x1s", "1ss" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char line[64], said[192];

		snprintf(line, sizeof(line), "Timeout=\"%s\"\n", bad[i]);
		snprintf(said, sizeof(said),
			 ":1: Timeout: \"%s\" is not a duration; write a whole "
			 "number and ms, s, m or h",
			 bad[i]);
		assert_refused(line, said);
	}
}

Test(config_value, refuses_what_is_no_size)
{
	assert_refused("\nSpoolMaxSize=12Q\n",
		       ":2: SpoolMaxSize: \"12Q\" is not a size; write bytes "
		       "or use KiB, MiB, GiB");
	assert_refused("SpoolMaxSize=1MB\n",
		       ":1: SpoolMaxSize: \"1MB\" is not a size; write bytes "
		       "or use KiB, MiB, GiB");
}

Test(config_value, refuses_numbers_out_of_range)
{
	assert_refused("MaxExportBatchSize=0\n",
		       ":1: MaxExportBatchSize: \"0\" is out of range: 1 to "
		       "65536");
	assert_refused("MaxExportBatchSize=65537\n",
		       ":1: MaxExportBatchSize: \"65537\" is out of range: 1 "
		       "to 65536");
	assert_refused("Timeout=0s\n",
		       ":1: Timeout: \"0s\" is out of range: 1ms to 1h");
	assert_refused("SpoolMaxSize=1\n",
		       ":1: SpoolMaxSize: \"1\" is out of range: 256KiB to "
		       "1024GiB");
	/* products and digits that overflow 64 bits, into the range */
	assert_refused("SpoolMaxSize=17179869185GiB\n",
		       ":1: SpoolMaxSize: \"17179869185GiB\" is out of range: "
		       "256KiB to 1024GiB");
	assert_refused("MaxExportBatchSize=18446744073709551618\n",
		       ":1: MaxExportBatchSize: \"18446744073709551618\" is "
		       "out of range: 1 to 65536");
	assert_refused("MaxExportBatchSize=18446744073709551621\n",
		       ":1: MaxExportBatchSize: \"18446744073709551621\" is "
		       "out of range: 1 to 65536");
	assert_refused("MaxExportBatchSize=-1\n",
		       ":1: MaxExportBatchSize: \"-1\" is not a number");
}

Test(config_value, refuses_what_is_no_ratio)
{
	static const char *const bad[] = { "1.1",  "-0.1", "inf",  "nan", "0x1",
					   "1e",   "0,5",  ".",    "e1",  "1e9",
					   "0.5x", "+0.5", "1.0.0" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char line[64], said[128];

		snprintf(line, sizeof(line), "SamplerArg=%s\n", bad[i]);
		snprintf(said, sizeof(said),
			 ":1: SamplerArg: \"%s\" is not a number from 0 to 1",
			 bad[i]);
		assert_refused(line, said);
	}
}

Test(config_value, refuses_unknown_choices_and_names_the_known)
{
	assert_refused("Compression=zstd\n",
		       ":1: Compression: \"zstd\" is not known; write none or "
		       "gzip");
	assert_refused("JobComment=x\n",
		       ":1: JobComment: \"x\" is not known; write "
		       "AdminComment, SystemComment, Comment, Extra or none");
	assert_refused("Sampler=jaeger_remote\n",
		       ":1: Sampler: \"jaeger_remote\" is not known; write "
		       "always_on, always_off or traceidratio, or one of these "
		       "after parentbased_");
}

Test(config_value, refuses_relative_paths)
{
	assert_refused("SpoolDir=spool\n",
		       ":1: SpoolDir: \"spool\" is not an absolute path");
}

Test(config_value, refuses_user_names_that_could_be_something_else)
{
	static const char *const bad[] = { "-u", "a:b", "a/b", "$(id)" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char line[64], said[128];

		snprintf(line, sizeof(line), "AgentUser=%s\n", bad[i]);
		snprintf(said, sizeof(said),
			 ":1: AgentUser: \"%s\" is not a user name", bad[i]);
		assert_refused(line, said);
	}
}

Test(config_value, refuses_trace_urls_without_the_id)
{
	assert_refused("TraceURL=https://u:secret@b/x\n",
		       ":1: TraceURL: the URL does not hold {trace_id}; quote "
		       "the value when it holds a #");
	/* the comment took the rest */
	assert_refused("TraceURL=https://b/#/{trace_id}\n",
		       ":1: TraceURL: the URL does not hold {trace_id}; quote "
		       "the value when it holds a #");
	assert_refused("TraceURL=javascript:{trace_id}\n",
		       ":1: TraceURL: the URL does not start with http:// or "
		       "https://");
}

Test(config_value, refuses_other_schemes_and_says_which_there_are)
{
	static const char *const bad[] = { "ftp://c:4317", "http:/c",
					   "c:4318",       "jaeger://c",
					   "localhost",    "//c:4318",
					   "stdoutx:" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char line[64], said[240];

		snprintf(line, sizeof(line), "Endpoint=%s\n", bad[i]);
		snprintf(said, sizeof(said),
			 ":1: Endpoint: \"%s\" is not supported; write "
			 "SCHEME://HOST:PORT with http, https, grpc, grpcs, "
			 "http+json, https+json, zipkin or zipkins, or "
			 "file:/PATH or stdout:",
			 bad[i]);
		assert_refused(line, said);
	}
}

Test(config_value, refuses_a_path_that_grpc_does_not_use)
{
	assert_refused(
		"Endpoint=grpc://c:4317/v1/traces\n",
		":1: Endpoint: \"grpc://c:4317/v1/traces\" has a path or a query, which gRPC does not use");
	assert_refused(
		"Endpoint=grpcs://c?x=1\n",
		":1: Endpoint: \"grpcs://c\" has a path or a query, which gRPC does not use");
}

Test(config_value, takes_nothing_after_stdout)
{
	assert_refused(
		"Endpoint=stdout:x\n",
		":1: Endpoint: \"stdout:x\" has something after stdout:");
}

Test(config_value, refuses_bad_hosts_and_ports)
{
	static const char *const bad[] = { "http://",        "http://:4318",
					   "http://c:",      "http://c:0",
					   "http://c:65536", "http://c:x",
					   "http://[::1",    "http://[]:1",
					   "http:///path",   "http://c:431800",
					   "http://a_b!/",   "http://[::1]x" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char line[64], said[192];

		snprintf(line, sizeof(line), "Endpoint=%s\n", bad[i]);
		snprintf(said, sizeof(said),
			 ":1: Endpoint: \"%s\" has no valid host and port",
			 bad[i]);
		assert_refused(line, said);
	}
	assert_refused("Endpoint=\"http://c/#x\"\n",
		       ":1: Endpoint: \"http://c/#x\" holds a fragment (#), "
		       "which has no meaning here");
	assert_refused("Endpoint=\"http://c/a b\"\n",
		       ":1: Endpoint: \"http://c/a b\" holds a character that "
		       "a URL can not; percent-encode it");
}

Test(config_value, refuses_files_that_are_no_absolute_path)
{
	static const char *const bad[] = { "file:", "file:x", "file://host/x",
					   "file:////x" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char line[64], said[192];

		snprintf(line, sizeof(line), "Endpoint=%s\n", bad[i]);
		snprintf(said, sizeof(said),
			 ":1: Endpoint: \"%s\" does not name an absolute path; "
			 "write file:/PATH",
			 bad[i]);
		assert_refused(line, said);
	}
	assert_refused("Endpoint=file:/tmp/\n",
		       ":1: Endpoint: \"file:/tmp/\" names a directory");
}

Test(config_value, never_shows_a_secret)
{
	static const char *const bad[] = {
		"Endpoint=ftp://u:s3cret@host\n",
		"Endpoint=u:s3cret@host\n",
		"Endpoint=http://u:s3/cret@s3cret@host:x\n",
		"Endpoint=http://u:s3cret@:4318\n",
		"TraceURL=http://u:s3cret@host\n",
		"Auth=s3cret\n",
		"Auth=bearer:s3cret\n",
		"Auth=basic:s3cret\n",
		"Proxy=user:s3cret@proxy:3128\n",
		"Proxy=ftp://user:s3cret@proxy:3128\n",
		"Proxy=\"http://user:s3cret @proxy:3128\"\n",
		"Proxy=http://proxy:3128/s3cret\n",
		"Proxy=http://user:s3/cret@proxy:3128\n",
		"Proxy=http://user:s3,cret@proxy:3128\n",
		"Proxy=http://user:s3cret@\n",
		"Proxy=http://user:s3cret@proxy:99999\n",
		"Proxy=http://user:s3cret@proxy:1:2\n",
		"Proxy=http://user:s3cret@[::1\n",
		"Proxy=http://user:s3cret%@proxy\n",
		"Proxy=http://user:s3cret%0a@proxy\n",
		"Proxy=http://us\x01er:s3cret@proxy\n",
		"Headers=s3cret\n",
		"Headers=\"bearer s3cret=1\"\n",
		"Headers=a=s3cret%zz\n",
		"Headers=a=s3cret%0d%0aX:y\n",
		"Headers=a=\"s3cret\"\n",
		"Headers=\"a=s3cret\n",
		"Headers=Authorization=Bearer s3cret\n",
		"Headers=\"a=\x01s3cret\"\n",
		"Header=s3cret\n",
		"s3cret\n",
		"s3cret==\n",
		"Endpoint http://u:s3cret@host\n",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const char *said = config_refusal(bad[i]);

		cr_assert(said[0] == ':', "%s: %s", bad[i], said);
		cr_assert_null(strstr(said, "s3"), "%s: %s", bad[i], said);
		cr_assert_null(strstr(said, "cret"), "%s: %s", bad[i], said);
	}
}

Test(config_value, refuses_headers_that_could_split_a_request)
{
	assert_refused("Headers=a=b%0d%0aX:y\n",
		       ":1: Headers: entry 1 is not well percent-encoded; "
		       "write %25 for a percent sign");
	assert_refused("Headers=ok=1,a=%00\n",
		       ":1: Headers: entry 2 is not well percent-encoded; "
		       "write %25 for a percent sign");
	assert_refused("Headers=\"ok=1,bad name=x\"\n",
		       ":1: Headers: entry 2 is not name=value");
	assert_refused("Headers==x\n",
		       ":1: Headers: entry 1 is not name=value");
}

Test(config_value, refuses_bad_attributes)
{
	assert_refused("ResourceAttributes=team\n",
		       ":1: ResourceAttributes: \"team\" is not name=value");
	assert_refused("ResourceAttributes=a=1,b=100%\n",
		       ":1: ResourceAttributes: \"b=100%\" is not well "
		       "percent-encoded; write %25 for a percent sign");
	/* half of a UTF-8 character */
	assert_refused("ResourceAttributes=a=%c3\n",
		       ":1: ResourceAttributes: \"a=%c3\" is not well "
		       "percent-encoded; write %25 for a percent sign");
	assert_refused("AttributeDeny=*\n",
		       ":1: AttributeDeny: \"*\" is not an attribute name; "
		       "write a name, or prefix.* for a family");
	assert_refused("AttributeDeny=a.*.b\n",
		       ":1: AttributeDeny: \"a.*.b\" is not an attribute name; "
		       "write a name, or prefix.* for a family");
}

Test(config_value, refuses_too_many_entries)
{
	char line[1024] = "AttributeDeny=a";

	for (size_t i = 0; i < 128; i++)
		strcat(line, ",a");
	strcat(line, "\n");
	assert_refused(line, ":1: AttributeDeny: more than 128 entries");
}

Test(config_value, shows_bad_values_short_and_printable)
{
	char line[512], *said;

	memset(line, 'x', sizeof(line));
	memcpy(line, "Enabled=", 8);
	line[sizeof(line) - 2] = '\n';
	line[sizeof(line) - 1] = '\0';
	said = strdup(config_refusal(line));
	cr_assert_lt(strlen(said), 120, "%s", said);
	cr_assert(strstr(said, "xxx...\" is not yes or no"), "%s", said);
	free(said);
	assert_refused("Enabled=\xc3\xa9\n",
		       ":1: Enabled: \"??\" is not yes or no");
}

/* ---- what is read ------------------------------------------------------- */

Test(config_value, reads_booleans_in_any_case)
{
	assert_read("SpoolSync", "YES", "yes");
	assert_read("SpoolSync", "true", "yes");
	assert_read("SpoolSync", "On", "yes");
	assert_read("SpoolSync", "1", "yes");
	assert_read("TLSVerify", "no", "no");
	assert_read("TLSVerify", "FALSE", "no");
	assert_read("TLSVerify", "off", "no");
	assert_read("TLSVerify", "0", "no");
}

Test(config_value, reads_durations_and_prints_the_largest_unit)
{
	struct config *config = config_of("Timeout=250ms\nBatchTimeout=2S\n"
					  "RetryInitialDelay=3m\n"
					  "RetryMaxDelay=1h\n");

	cr_assert_eq(config->timeout, 250);
	cr_assert_eq(config->batch_timeout, 2000);
	cr_assert_eq(config->retry_initial_delay, 180000);
	cr_assert_eq(config->retry_max_delay, 3600000);
	config_destroy(config);
	assert_read("Timeout", "60000ms", "1m");
	assert_read("Timeout", "1500ms", "1500ms");
}

Test(config_value, reads_sizes)
{
	struct config *config = config_of("SpoolMaxSize=3gib\n");

	cr_assert_eq(config->spool_max_size, UINT64_C(3) << 30);
	config_destroy(config);
	assert_read("SpoolMaxSize", "1048576", "1MiB");
	assert_read("SpoolMaxSize", "1000001", "1000001");
	assert_read("SpoolMaxSize", "300KiB", "300KiB");
}

Test(config_value, reads_numbers_at_their_bounds)
{
	assert_read("AttributeValueLengthLimit", "0", "0");
	assert_read("AttributeCountLimit", "1", "1");
	assert_read("AttributeCountLimit", "65536", "65536");
}

Test(config_value, reads_ratios_in_any_locale)
{
	struct config *config;

	/* where the decimal point is a comma, if the system has such a one */
	setlocale(LC_ALL, "de_DE.UTF-8");
	assert_read("SamplerArg", "0.25", "0.25");
	assert_read("SamplerArg", ".5", "0.5");
	assert_read("SamplerArg", "1", "1");
	assert_read("SamplerArg", "0", "0");
	assert_read("SamplerArg", "2.5e-1", "0.25");
	assert_read("SamplerArg", "0.1", "0.1");
	config = config_of("SamplerArg=0.001\nSampler=traceidratio\n");
	cr_assert_eq(config->sampler_arg, 0.001);
	cr_assert_eq(config->sampler.ratio, 0.001);
	config_destroy(config);
}

Test(config_value, reads_samplers)
{
	static const char *const names[] = { "always_on",
					     "always_off",
					     "traceidratio",
					     "parentbased_always_on",
					     "parentbased_always_off",
					     "parentbased_traceidratio" };
	struct config *config;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_read("Sampler", names[i], names[i]);
	config = config_of("Sampler=Parentbased_TraceIdRatio\n");
	cr_assert_eq(config->sampler.kind, SAMPLER_TRACEIDRATIO);
	cr_assert(config->sampler.parent_based);
	config_destroy(config);
}

Test(config_value, reads_choices)
{
	struct config *config =
		config_of("Compression=GZIP\nSubmitContext=ignore\n"
			  "SpanNames=descriptive\nJobComment=comment\n"
			  "LogLevel=debug\n");

	cr_assert_eq(config->compression, COMPRESSION_GZIP);
	cr_assert_eq(config->submit_context, SUBMIT_IGNORE);
	cr_assert_eq(config->span_names, SPAN_NAMES_DESCRIPTIVE);
	cr_assert_eq(config->job_comment, JOB_COMMENT_USER);
	cr_assert_eq(config->log_level, LOG_LEVEL_DEBUG);
	config_destroy(config);
	assert_read("JobComment", "systemcomment", "SystemComment");
	assert_read("JobComment", "none", "none");
	assert_read("SubmitContext", "link", "link");
}

Test(config_value, completes_endpoints)
{
	static const char *const cases[][2] = {
		{ "http://c", "http://c/v1/traces" },
		{ "HTTPS://c:443", "https://c:443/v1/traces" },
		{ "http://c:4318?x=1", "http://c:4318/v1/traces?x=1" },
		{ "http://c/", "http://c/" },
		{ "http://c/otlp", "http://c/otlp" },
		{ "http://[::1]:4318", "http://[::1]:4318/v1/traces" },
		{ "http://u:p@c", "http://u:p@c/v1/traces" },
		{ "HTTP+json://c", "http+json://c/v1/traces" },
		{ "https+json://c/x", "https+json://c/x" },
		{ "grpc://c", "grpc://c:4317" },
		{ "grpc://c:1/", "grpc://c:1" },
		{ "grpcs://u:p@[::1]", "grpcs://u:p@[::1]:4317" },
		{ "zipkin://c", "zipkin://c:9411/api/v2/spans" },
		{ "zipkins://c:443/x", "zipkins://c:443/x" },
		{ "file:/x/y", "file:/x/y" },
		{ "FILE:///x/y", "file:/x/y" },
		{ "\"http://a , https://b/c,\"",
		  "http://a/v1/traces,https://b/c" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_read("Endpoint", cases[i][0], cases[i][1]);
}

Test(config_value, masks_user_information)
{
	static const char *const cases[][2] = {
		{ "", "" },
		{ "plain", "plain" },
		{ "http://c/x", "http://c/x" },
		{ "http://u:p@c/x", "http://********@c/x" },
		{ "http://a@b@c", "http://********@c" },
		{ "http://c/@x", "http://c/@x" },
		{ "http://u:p@a,https://v:q@b/y",
		  "http://********@a,https://********@b/y" },
		{ "http://c/x?token=s", "http://c/x?********" },
		{ "http://a?k,http://u@b/y?t=1?2",
		  "http://a?********,http://********@b/y?********" },
	};
	char masked[64];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		endpoint_mask(cases[i][0], masked, sizeof(masked));
		cr_assert_str_eq(masked, cases[i][1]);
	}
	/* never beyond its room */
	memset(masked, 'x', sizeof(masked));
	endpoint_mask("http://u:p@c/x", masked, 10);
	cr_assert_str_eq(masked, "http://**");
	for (size_t i = 10; i < sizeof(masked); i++)
		cr_assert_eq(masked[i], 'x');
	endpoint_mask("http://u:p@c/x", masked, 0);
}

Test(config_value, decodes_headers)
{
	struct config *config = config_of(
		"Headers=\"Authorization = Bearer a==, X-Y=1%2C2%25 ,z=\"\n");

	cr_assert_str_eq(config->headers[0], "Authorization=Bearer a==");
	cr_assert_str_eq(config->headers[1], "X-Y=1,2%");
	cr_assert_str_eq(config->headers[2], "z=");
	cr_assert_null(config->headers[3]);
	assert_value(config, "Headers",
		     "Authorization=Bearer%20a==,X-Y=1%2C2%25,z=");
	config_destroy(config);
}

Test(config_value, keeps_the_last_of_repeated_attributes)
{
	struct config *config =
		config_of("ResourceAttributes=a=1,b=2,a=3,ab=4,b=5\n");

	assert_value(config, "ResourceAttributes", "a=3,ab=4,b=5");
	config_destroy(config);
}

Test(config_value, gives_attributes_to_keys_of_their_own)
{
	struct config *config = config_of("ResourceAttributes=service.name=x,"
					  "deployment.environment.name=y\n");

	cr_assert_str_eq(config->service_name, "x");
	cr_assert_str_eq(config->environment, "y");
	cr_assert_null(config->resource_attributes);
	cr_assert_eq(config_origin(config, config_index("ServiceName")),
		     CONFIG_FILE);
	config_destroy(config);

	config = config_of("ResourceAttributes=a=1,service.name=x,"
			   "service.namespace=n\nServiceName=mine\n");
	cr_assert_str_eq(config->service_name, "mine");
	assert_value(config, "ResourceAttributes", "a=1,service.namespace=n");
	config_destroy(config);
}

Test(config_value, takes_empty_for_the_default)
{
	struct config *config = config_of(
		"Endpoint=http://x\nEndpoint=\nSpoolMaxSize=\"\"\nCAFile=\n"
		"ServiceName=\nHeaders=a=b\nHeaders=\n");

	assert_value(config, "Endpoint", "http://localhost:4318/v1/traces");
	assert_value(config, "SpoolMaxSize", "256MiB");
	cr_assert_null(config->ca_file);
	cr_assert_str_eq(config->service_name, "slurm");
	cr_assert_null(config->headers);
	cr_assert_eq(config_origin(config, config_index("Endpoint")),
		     CONFIG_FILE);
	config_destroy(config);
}

Test(config_value, prints_every_default_as_it_can_be_written)
{
	for (const struct config_key *key = config_keys; key->name; key++) {
		struct config *config = config_of("");
		char *text = config_text(config, key->name);
		char line[1024];

		config_destroy(config);
		snprintf(line, sizeof(line), "%s=\"%s\"\n", key->name, text);
		config = config_of(line);
		assert_value(config, key->name, text);
		free(text);
		config_destroy(config);
	}
}

/* A token may hold a percent sign and more; names are not decoded. */
Test(config_value, names_of_headers_are_shown_as_they_are)
{
	assert_read("Headers", "a%b=1%25,c&'*=%20x", "a%b=1%25,c&'*=%20x");
}

Test(config_value, user_options_are_a_set_of_names)
{
	struct config *config;
	char *text;

	assert_refused(
		"UserOptions=on,of\n",
		":1: UserOptions: \"of\" is not on, off, detail, parent, "
		"attr or none");
	assert_refused("UserOptions=none,on\n",
		       ":1: UserOptions: none stands alone");
	assert_refused("UserOptions=on,none\n",
		       ":1: UserOptions: none stands alone");
	assert_refused("UserOptions=\",\"\n",
		       ":1: UserOptions: names no option; write none to forbid "
		       "all");
	config = config_of("");
	cr_assert_eq(config->user_options, 31);
	config_destroy(config);
	config = config_of("UserOptions=\"Attr, off\"\n");
	cr_assert_eq(config->user_options, USER_OPTION_ATTR | USER_OPTION_OFF);
	text = config_text(config, "UserOptions");
	cr_assert_str_eq(text, "off,attr");
	free(text);
	config_destroy(config);
	config = config_of("UserOptions=none\n");
	cr_assert_eq(config->user_options, 0);
	text = config_text(config, "UserOptions");
	cr_assert_str_eq(text, "none");
	free(text);
	config_destroy(config);
}

Test(config_value, job_endpoint_is_a_url_for_everybody)
{
	static const struct {
		const char *value, *flaw;
	} bad[] = {
		{ "grpc://c:4317", "does not start with http:// or https://" },
		{ "collector:4318", "does not start with http:// or https://" },
		{ "http://", "has no valid host and port" },
		{ "http://:4318", "has no valid host and port" },
		{ "http://c:port", "has no valid host and port" },
		{ "http://u:p@c:4318", "holds a user or a password, which "
				       "every job could read" },
		{ "http://c/a b",
		  "holds a blank, a quote, a query or a fragment" },
		{ "http://c/?x=1",
		  "holds a blank, a quote, a query or a fragment" },
	};
	struct config *config;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char line[128], said[192];

		snprintf(line, sizeof(line), "JobEndpoint=\"%s\"\n",
			 bad[i].value);
		snprintf(said, sizeof(said), ":1: JobEndpoint: the URL %s",
			 bad[i].flaw);
		assert_refused(line, said);
	}
	config = config_of("JobEndpoint=HTTPS://[::1]:4318/base\n");
	cr_assert_str_eq(config->job_endpoint, "HTTPS://[::1]:4318/base");
	config_destroy(config);
	config = config_of("");
	cr_assert_null(config->job_endpoint);
	config_destroy(config);
}
