/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The OTEL_* variables and ${NAME}: what they may say, and when they count. */
#include "config/config.h"

#include "config_support.h"

static struct config *load(const char *file, bool use_environment,
			   struct err *err)
{
	struct config_source source = { .use_environment = use_environment };
	struct config *config = NULL;

	if (file) {
		config_write("otel.conf", file);
		source.file = config_path("otel.conf");
	}
	return config_load(&source, &config, err) < 0 ? NULL : config;
}

/* Sets name for one load; the key is then expected. */
static void assert_variable(const char *name, const char *value,
			    const char *key, const char *expected)
{
	struct err err = { "" };
	struct config *config;
	char where[64];

	setenv(name, value, 1);
	config = load(NULL, true, &err);
	cr_assert(config, "%s", err.msg);
	assert_value(config, key, expected);
	cr_assert_eq(config_origin(config, config_index(key)),
		     CONFIG_ENVIRONMENT);
	config_where(config, config_index(key), where, sizeof(where));
	cr_assert_str_eq(where, name);
	config_destroy(config);

	/* empty means unset */
	setenv(name, "", 1);
	config = load(NULL, true, &err);
	cr_assert(config, "%s", err.msg);
	cr_assert_eq(config_origin(config, config_index(key)), CONFIG_DEFAULT);
	config_destroy(config);
	unsetenv(name);
}

static void assert_bad_variable(const char *name, const char *value,
				const char *said)
{
	struct err err = { "" };
	char expected[ERR_SIZE];

	setenv(name, value, 1);
	cr_assert_null(load(NULL, true, &err), "%s=%s", name, value);
	snprintf(expected, sizeof(expected), "environment variable %s: %s",
		 name, said);
	cr_assert_str_eq(err.msg, expected, "%s", err.msg);
	unsetenv(name);
}

Test(config_environment, refuses_bad_values_by_the_variables_name)
{
	assert_bad_variable("OTEL_EXPORTER_OTLP_TIMEOUT", "10s",
			    "\"10s\" is not a number of milliseconds");
	assert_bad_variable("OTEL_BSP_SCHEDULE_DELAY", "99999999999",
			    "\"99999999999ms\" is out of range: 1ms to 1h");
	assert_bad_variable("OTEL_EXPORTER_OTLP_COMPRESSION", "zstd",
			    "\"zstd\" is not known; write none or gzip");
	assert_bad_variable("OTEL_EXPORTER_OTLP_PROTOCOL", "thrift",
			    "\"thrift\" is not supported; grpc, http/protobuf "
			    "and http/json are");
	assert_bad_variable("OTEL_TRACES_EXPORTER", "jaeger",
			    "\"jaeger\" is not supported; otlp, zipkin, "
			    "console and none are");
	assert_bad_variable("OTEL_EXPORTER_OTLP_ENDPOINT", "http://a,http://b",
			    "the URL holds a comma; write %2C, and one URL "
			    "only");
	assert_bad_variable("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4318",
			    "\"collector:4318\" is not supported; write "
			    "SCHEME://HOST:PORT with http, https, grpc, grpcs, "
			    "http+json, https+json, zipkin or zipkins, or "
			    "file:/PATH or stdout:");
	assert_bad_variable("OTEL_EXPORTER_OTLP_HEADERS", "s3cret",
			    "entry 1 is not name=value");
	assert_bad_variable("OTEL_SERVICE_NAME", "a\nb",
			    "the value holds a control character or is not "
			    "UTF-8");
	assert_bad_variable("OTEL_EXPORTER_OTLP_CERTIFICATE", "ca.pem",
			    "\"ca.pem\" is not an absolute path");
}

static void ignore(const char *message, void *arg)
{
	(void)message;
	(void)arg;
}

Test(config_environment, bad_attributes_leave_none)
{
	struct config_source source = { .use_environment = true };
	struct config *config = NULL;
	struct err err = { "" };

	setenv("OTEL_RESOURCE_ATTRIBUTES", "good=1,bad=%zz", 1);
	cr_assert_null(load(NULL, true, &err));
	cr_assert_str_eq(err.msg,
			 "environment variable OTEL_RESOURCE_ATTRIBUTES: "
			 "\"bad=%zz\" is not well percent-encoded; write %25 "
			 "for a percent sign");
	cr_assert_eq(config_check(&source, &config, ignore, NULL), 1);
	cr_assert_null(config->resource_attributes);
	config_destroy(config);
}

Test(config_environment, fills_every_key_it_knows)
{
	static const char *const cases[][4] = {
		{ "OTEL_SDK_DISABLED", "TRUE", "Enabled", "no" },
		{ "OTEL_TRACES_EXPORTER", "none", "Enabled", "no" },
		{ "OTEL_EXPORTER_OTLP_ENDPOINT", "http://c:1", "Endpoint",
		  "http://c:1/v1/traces" },
		{ "OTEL_EXPORTER_OTLP_ENDPOINT", "https://c/base/", "Endpoint",
		  "https://c/base/v1/traces" },
		{ "OTEL_EXPORTER_OTLP_ENDPOINT", "https://c/base?k=v",
		  "Endpoint", "https://c/base/v1/traces?k=v" },
		{ "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://c:1",
		  "Endpoint", "http://c:1/" },
		{ "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://c:1/x",
		  "Endpoint", "http://c:1/x" },
		{ "OTEL_EXPORTER_OTLP_PROTOCOL", "grpc", "Endpoint",
		  "grpc://localhost:4317" },
		{ "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "http/json", "Endpoint",
		  "http+json://localhost:4318/v1/traces" },
		{ "OTEL_TRACES_EXPORTER", "zipkin", "Endpoint",
		  "zipkin://localhost:9411/api/v2/spans" },
		{ "OTEL_TRACES_EXPORTER", "console", "Endpoint", "stdout:" },
		{ "OTEL_EXPORTER_OTLP_HEADERS", "a=b%20c,d=e", "Headers",
		  "a=b%20c,d=e" },
		{ "OTEL_EXPORTER_OTLP_TRACES_HEADERS", "a=b", "Headers",
		  "a=b" },
		{ "OTEL_EXPORTER_OTLP_COMPRESSION", "gzip", "Compression",
		  "gzip" },
		{ "OTEL_EXPORTER_OTLP_TRACES_COMPRESSION", "gzip",
		  "Compression", "gzip" },
		{ "OTEL_EXPORTER_OTLP_TIMEOUT", "5000", "Timeout", "5s" },
		{ "OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "5001", "Timeout",
		  "5001ms" },
		{ "OTEL_EXPORTER_OTLP_CERTIFICATE", "/ca", "CAFile", "/ca" },
		{ "OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE", "/ca", "CAFile",
		  "/ca" },
		{ "OTEL_SERVICE_NAME", "hpc", "ServiceName", "hpc" },
		{ "OTEL_RESOURCE_ATTRIBUTES", "a=1%2C2,b=x",
		  "ResourceAttributes", "a=1%2C2,b=x" },
		{ "OTEL_TRACES_SAMPLER", "always_off", "Sampler",
		  "always_off" },
		{ "OTEL_BSP_SCHEDULE_DELAY", "2000", "BatchTimeout", "2s" },
		{ "OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "7", "MaxExportBatchSize",
		  "7" },
		{ "OTEL_ATTRIBUTE_COUNT_LIMIT", "5", "AttributeCountLimit",
		  "5" },
		{ "OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "5", "AttributeCountLimit",
		  "5" },
		{ "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", "9",
		  "AttributeValueLengthLimit", "9" },
		{ "OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", "9",
		  "AttributeValueLengthLimit", "9" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_variable(cases[i][0], cases[i][1], cases[i][2],
				cases[i][3]);
}

Test(config_environment, takes_client_certificate_and_key)
{
	struct err err;
	struct config *config;

	setenv("OTEL_EXPORTER_OTLP_CLIENT_KEY", "/k", 1);
	cr_assert_null(load(NULL, true, &err));
	cr_assert_str_eq(err.msg,
			 "environment variable OTEL_EXPORTER_OTLP_CLIENT_KEY: "
			 "is set without CertFile");
	setenv("OTEL_EXPORTER_OTLP_TRACES_CLIENT_CERTIFICATE", "/c", 1);
	config = load(NULL, true, &err);
	cr_assert(config);
	cr_assert_str_eq(config->cert_file, "/c");
	cr_assert_str_eq(config->key_file, "/k");
	config_destroy(config);
}

Test(config_environment, prefers_the_variable_of_traces)
{
	struct err err = { "" };
	struct config *config;

	setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://general", 1);
	setenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://traces/x", 1);
	setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc", 1);
	setenv("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "http/protobuf", 1);
	setenv("OTEL_ATTRIBUTE_COUNT_LIMIT", "1", 1);
	setenv("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "2", 1);
	config = load(NULL, true, &err);
	cr_assert(config, "%s", err.msg);
	assert_value(config, "Endpoint", "http://traces/x");
	assert_value(config, "AttributeCountLimit", "2");
	config_destroy(config);
}

/* What Endpoint becomes of these variables, "NAME=VALUE" each. */
static void assert_endpoint(const char *const *variables, const char *want)
{
	struct err err = { "" };
	struct config *config;
	char name[64];

	for (const char *const *v = variables; *v; v++) {
		snprintf(name, sizeof(name), "%.*s", (int)strcspn(*v, "="), *v);
		setenv(name, strchr(*v, '=') + 1, 1);
	}
	config = load(NULL, true, &err);
	cr_assert(config, "%s: %s", want, err.msg);
	assert_value(config, "Endpoint", want);
	config_destroy(config);
	for (const char *const *v = variables; *v; v++) {
		snprintf(name, sizeof(name), "%.*s", (int)strcspn(*v, "="), *v);
		unsetenv(name);
	}
}

#define OTLP "OTEL_EXPORTER_OTLP_"
#define VARIABLES(...) ((const char *const[]){ __VA_ARGS__, NULL })

Test(config_environment, protocol_and_url_make_an_endpoint)
{
	static const char *const cases[][3] = {
		{ "http/protobuf", "http://c", "http://c/v1/traces" },
		{ "HTTP/JSON", "http://c", "http+json://c/v1/traces" },
		{ "http/json", "https://c/b/", "https+json://c/b/v1/traces" },
		{ "grpc", "http://c:1", "grpc://c:1" },
		{ "grpc", "https://c:1/", "grpcs://c:1" },
		{ "grpc", "http://c", "grpc://c:4317" },
		/* without a scheme: secure, unless _INSECURE */
		{ "grpc", "c:1", "grpcs://c:1" },
		{ "grpc", "c", "grpcs://c:4317" },
		/* one of our own says all by itself */
		{ "http/json", "grpc://c:1", "grpc://c:1" },
	};
	char protocol[64], url[64];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(protocol, sizeof(protocol), OTLP "PROTOCOL=%s",
			 cases[i][0]);
		snprintf(url, sizeof(url), OTLP "ENDPOINT=%s", cases[i][1]);
		assert_endpoint(VARIABLES(protocol, url), cases[i][2]);
	}
	assert_endpoint(VARIABLES(OTLP "TRACES_PROTOCOL=http/json",
				  OTLP "PROTOCOL=grpc",
				  OTLP "TRACES_ENDPOINT=http://t",
				  OTLP "ENDPOINT=http://g"),
			"http+json://t/");
}

Test(config_environment, insecure_is_for_grpc_without_a_scheme)
{
	assert_endpoint(VARIABLES(OTLP "PROTOCOL=grpc", OTLP "ENDPOINT=c:1",
				  OTLP "INSECURE=true"),
			"grpc://c:1");
	assert_endpoint(VARIABLES(OTLP "PROTOCOL=grpc", OTLP "ENDPOINT=c:1",
				  OTLP "INSECURE=true",
				  OTLP "TRACES_INSECURE=false"),
			"grpcs://c:1");
	assert_endpoint(VARIABLES(OTLP "PROTOCOL=grpc", OTLP "INSECURE=yes",
				  OTLP "ENDPOINT=c:1"),
			"grpcs://c:1");
	assert_endpoint(VARIABLES(OTLP "PROTOCOL=grpc", OTLP "INSECURE=true",
				  OTLP "ENDPOINT=https://c:1"),
			"grpcs://c:1");
}

Test(config_environment, what_grpc_can_not_reach_is_a_mistake)
{
	setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc", 1);
	assert_bad_variable("OTEL_EXPORTER_OTLP_ENDPOINT", "dns:///c:1",
			    "\"dns:///c:1\" is not supported; write "
			    "SCHEME://HOST:PORT with http, https, grpc, grpcs, "
			    "http+json, https+json, zipkin or zipkins, or "
			    "file:/PATH or stdout:");
}

#define ZIPKIN "OTEL_TRACES_EXPORTER=zipkin"
#define ZIPKIN_URL(url) "OTEL_EXPORTER_ZIPKIN_ENDPOINT=" url

Test(config_environment, a_zipkin_url_is_used_as_it_stands)
{
	assert_endpoint(VARIABLES(ZIPKIN, ZIPKIN_URL("http://z:9411/x")),
			"zipkin://z:9411/x");
	assert_endpoint(VARIABLES(ZIPKIN, ZIPKIN_URL("http://z/api/v2/spans")),
			"zipkin://z:80/api/v2/spans");
	assert_endpoint(VARIABLES(ZIPKIN, ZIPKIN_URL("https://z")),
			"zipkins://z:443/");
	assert_endpoint(VARIABLES(ZIPKIN, ZIPKIN_URL("http://[::1]/x?k=v")),
			"zipkin://[::1]:80/x?k=v");
	assert_endpoint(VARIABLES(ZIPKIN, ZIPKIN_URL("http://u:p@z/x")),
			"zipkin://u:p@z:80/x");
	/* one that is not asked for says nothing */
	assert_endpoint(VARIABLES(ZIPKIN_URL("http://z/x")),
			"http://localhost:4318/v1/traces");
	setenv("OTEL_TRACES_EXPORTER", "zipkin", 1);
	assert_bad_variable("OTEL_EXPORTER_ZIPKIN_ENDPOINT", "z:9411",
			    "the URL begins with neither http:// nor https://");
}

Test(config_environment, zipkin_takes_nothing_that_was_said_of_otlp)
{
	struct err err = { "" };
	struct config *config;

	setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "not a URL", 1);
	setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "nonsense", 1);
	setenv("OTEL_EXPORTER_OTLP_HEADERS", "a=s3cret", 1);
	setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "1000", 1);
	setenv("OTEL_EXPORTER_ZIPKIN_TIMEOUT", "2000", 1);
	setenv("OTEL_TRACES_EXPORTER", "zipkin", 1);
	config = load(NULL, true, &err);
	cr_assert(config, "%s", err.msg);
	cr_assert_null(config->headers);
	assert_value(config, "Timeout", "2s");
	config_destroy(config);
	/* an endpoint of otel.conf is not what these mean */
	config = load("Endpoint=http://file\n", true, &err);
	cr_assert(config, "%s", err.msg);
	assert_value(config, "Endpoint", "http://file/v1/traces");
	assert_value(config, "Timeout", "1s");
	config_destroy(config);
}

Test(config_environment, the_console_takes_nothing_that_was_said_of_others)
{
	struct err err = { "" };
	struct config *config;

	setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "not a URL", 1);
	setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "nonsense", 1);
	setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "1000", 1);
	setenv("OTEL_EXPORTER_ZIPKIN_TIMEOUT", "nonsense", 1);
	setenv("OTEL_TRACES_EXPORTER", "Console", 1);
	config = load(NULL, true, &err);
	cr_assert(config, "%s", err.msg);
	assert_value(config, "Endpoint", "stdout:");
	assert_value(config, "Timeout", "10s");
	config_destroy(config);
	/* an endpoint of otel.conf is not what it means */
	config = load("Endpoint=http://file\n", true, &err);
	cr_assert(config, "%s", err.msg);
	assert_value(config, "Endpoint", "http://file/v1/traces");
	assert_value(config, "Timeout", "1s");
	config_destroy(config);
}

Test(config_environment, booleans_are_true_as_true_only)
{
	struct err err = { "" };
	struct config *config;

	setenv("OTEL_SDK_DISABLED", "yes", 1);
	setenv("OTEL_TRACES_EXPORTER", "otlp", 1);
	config = load(NULL, true, &err);
	cr_assert(config, "%s", err.msg);
	cr_assert(config->enabled);
	config_destroy(config);
	/* not disabled by one, but by the other */
	setenv("OTEL_TRACES_EXPORTER", "none", 1);
	config = load(NULL, true, &err);
	cr_assert_not(config->enabled);
	config_destroy(config);
}

Test(config_environment, sampler_argument_goes_with_its_sampler)
{
	struct err err = { "" };
	struct config *config;

	setenv("OTEL_TRACES_SAMPLER_ARG", "endpoint=http://x", 1);
	config = load(NULL, true, &err);
	cr_assert(config, "%s", err.msg);
	config_destroy(config);
	config = load("Sampler=traceidratio\n", true, &err);
	cr_assert(config, "%s", err.msg);
	cr_assert_eq(config->sampler.ratio, 1);
	config_destroy(config);
	setenv("OTEL_TRACES_SAMPLER", "traceidratio", 1);
	cr_assert_null(load(NULL, true, &err));
	setenv("OTEL_TRACES_SAMPLER_ARG", "0.25", 1);
	config = load(NULL, true, &err);
	cr_assert(config, "%s", err.msg);
	cr_assert_eq(config->sampler.kind, SAMPLER_TRACEIDRATIO);
	cr_assert_eq(config->sampler.ratio, 0.25);
	config_destroy(config);
}

Test(config_environment, is_not_looked_at_for_keys_that_are_set)
{
	struct err err = { "" };
	struct config *config;

	setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "not a URL", 1);
	setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc", 1);
	setenv("OTEL_SDK_DISABLED", "true", 1);
	setenv("OTEL_SERVICE_NAME", "env", 1);
	config = load("Endpoint=http://file\nEnabled=yes\nServiceName=\n", true,
		      &err);
	cr_assert(config, "%s", err.msg);
	assert_value(config, "Endpoint", "http://file/v1/traces");
	cr_assert(config->enabled);
	cr_assert_str_eq(config->service_name, "slurm");
	config_destroy(config);
}

Test(config_environment, is_not_read_without_being_asked_to)
{
	struct err err = { "" };
	struct config *config;

	setenv("OTEL_SERVICE_NAME", "env", 1);
	setenv("OTEL_SDK_DISABLED", "true", 1);
	setenv("RACK", "r1", 1);
	config = load("Environment=${RACK}\n", false, &err);
	cr_assert(config, "%s", err.msg);
	cr_assert(config->enabled);
	cr_assert_str_eq(config->service_name, "slurm");
	cr_assert_str_eq(config->environment, "${RACK}");
	config_destroy(config);
}

Test(config_environment, service_name_precedes_the_attribute)
{
	struct err err = { "" };
	struct config *config;

	setenv("OTEL_RESOURCE_ATTRIBUTES", "service.name=attribute,x=1", 1);
	config = load(NULL, true, &err);
	cr_assert(config, "%s", err.msg);
	cr_assert_str_eq(config->service_name, "attribute");
	cr_assert_eq(config_origin(config, config_index("ServiceName")),
		     CONFIG_ENVIRONMENT);
	assert_value(config, "ResourceAttributes", "x=1");
	config_destroy(config);
	setenv("OTEL_SERVICE_NAME", "variable", 1);
	config = load(NULL, true, &err);
	cr_assert_str_eq(config->service_name, "variable");
	config_destroy(config);
	/* the file is the stronger source */
	config = load("ResourceAttributes=service.name=file\n", true, &err);
	cr_assert_str_eq(config->service_name, "file");
	config_destroy(config);
}

Test(config_environment, expands_names_in_three_keys)
{
	struct err err = { "" };
	struct config *config;

	setenv("SITE", "north", 1);
	setenv("N_2", "two", 1);
	setenv("EMPTY", "", 1);
	unsetenv("UNSET");
	config = load("ServiceName=${UNSET}${EMPTY}\n"
		      "Environment=\"a ${SITE}${N_2} $SITE $\"\n"
		      "ResourceAttributes=site=${SITE},n=${N_2}\n"
		      "SpoolDir=/${SITE}\n",
		      true, &err);
	cr_assert(config, "%s", err.msg);
	cr_assert_str_eq(config->service_name, "slurm");
	cr_assert_str_eq(config->environment, "a northtwo $SITE $");
	assert_value(config, "ResourceAttributes", "site=north,n=two");
	cr_assert_str_eq(config->spool_dir, "/${SITE}");
	config_destroy(config);
	/* what is expanded is not expanded again, nor are OTEL_* variables */
	setenv("SITE", "${N_2}", 1);
	setenv("OTEL_SERVICE_NAME", "${N_2}", 1);
	config = load("Environment=${SITE}\n", true, &err);
	cr_assert_str_eq(config->environment, "${N_2}");
	cr_assert_str_eq(config->service_name, "${N_2}");
	config_destroy(config);
}

Test(config_environment, refuses_what_is_no_name)
{
	static const char *const bad[] = { "${", "${}", "${A", "${A-B}",
					   "x${A ${B}" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct err err = { "" };
		char line[64];

		snprintf(line, sizeof(line), "Environment=\"%s\"\n", bad[i]);
		cr_assert_null(load(line, true, &err), "%s", bad[i]);
		cr_assert(strstr(err.msg, ":1: Environment: \"${\" does not "
					  "begin ${NAME}"),
			  "%s", err.msg);
	}
}

Test(config_environment, checks_what_was_expanded)
{
	struct err err = { "" };

	setenv("BAD", "a\x01", 1);
	cr_assert_null(load("Environment=${BAD}\n", true, &err));
	cr_assert(strstr(err.msg, "holds a control character"), "%s", err.msg);
}
