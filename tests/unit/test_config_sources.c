/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The configuration of all its sources: defaults, file and arguments, what
 * concerns several keys, and where the file is looked for. */
#include "config/config.h"

#include "config_support.h"

Test(config_sources, refuses_bad_arguments)
{
	static const struct {
		const char *arg, *said;
	} cases[] = {
		{ "Endpont=http://s3cret",
		  "plugstack.conf argument \"Endpont=...\": unknown key (did you "
		  "mean Endpoint?)" },
		{ "Enabled=maybe", "plugstack.conf argument \"Enabled=...\": "
				   "\"maybe\" is not yes or no" },
		{ "Enabled",
		  "plugstack.conf argument \"Enabled=...\": not of the "
		  "form Key=Value" },
		{ "",
		  "plugstack.conf argument \"...\": not of the form Key=Value" },
		{ "s3cret==", "plugstack.conf argument \"...\": unknown key" },
		{ "ServiceName=a\nb",
		  "plugstack.conf argument \"ServiceName=...\": the value holds a "
		  "control character or is not UTF-8" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *args[] = { (char *)cases[i].arg, NULL };
		struct config_source source = { .args = args, .n_args = 1 };
		struct config *config = NULL;
		struct err err;

		cr_assert_eq(config_load(&source, &config, &err), -1);
		cr_assert_str_eq(err.msg, cases[i].said, "%s", err.msg);
		cr_assert_null(config);
	}
}

Test(config_sources, arguments_override_the_file)
{
	char *args[] = { "config=/else/where", "ServiceName=arg",
			 "CAFile=", "Config" };
	struct config_source source = { .args = args, .n_args = 4 };
	struct config *config = NULL;
	char where[64];
	struct err err;

	config_write("otel.conf", "ServiceName=file\nCAFile=/x\n"
				  "Environment=file\n");
	source.file = config_path("otel.conf");
	cr_assert_eq(config_load(&source, &config, &err), 0, "%s", err.msg);
	cr_assert_str_eq(config->service_name, "arg");
	cr_assert_null(config->ca_file);
	cr_assert_str_eq(config->environment, "file");
	cr_assert_eq(config_origin(config, config_index("ServiceName")),
		     CONFIG_ARGUMENT);
	cr_assert_eq(config_origin(config, config_index("Environment")),
		     CONFIG_FILE);
	cr_assert_eq(config_origin(config, config_index("LogLevel")),
		     CONFIG_DEFAULT);
	config_where(config, config_index("CAFile"), where, sizeof(where));
	cr_assert_str_eq(where, "plugstack.conf");
	config_where(config, config_index("LogLevel"), where, sizeof(where));
	cr_assert_str_eq(where, "");
	config_destroy(config);
}

Test(config_sources, checks_what_concerns_several_keys)
{
	assert_refused("CertFile=/c\n", ":1: CertFile: is set without KeyFile");
	assert_refused("\nKeyFile=/c\n",
		       ":2: KeyFile: is set without CertFile");
	assert_refused("RetryMaxDelay=500ms\n",
		       ":1: RetryMaxDelay: RetryMaxDelay is shorter than "
		       "RetryInitialDelay");
	assert_refused("RetryInitialDelay=1m\n",
		       ":1: RetryInitialDelay: RetryMaxDelay is shorter than "
		       "RetryInitialDelay");
	config_destroy(config_of("CertFile=/c\nKeyFile=/k\n"));
	config_destroy(config_of("RetryInitialDelay=30s\n"));
}

Test(config_sources, has_documented_defaults)
{
	struct config_source source = { .file = NULL };
	struct config *config = NULL;
	struct err err;

	cr_assert_eq(config_load(&source, &config, &err), 0, "%s", err.msg);
	cr_assert(config->enabled);
	cr_assert_str_eq(config->endpoint[0],
			 "http://localhost:4318/v1/traces");
	cr_assert_null(config->endpoint[1]);
	cr_assert_null(config->headers);
	cr_assert_null(config->headers_file);
	cr_assert_null(config->auth);
	cr_assert_null(config->credentials_file);
	cr_assert_null(config->proxy);
	cr_assert_null(config->no_proxy);
	cr_assert_eq(config->compression, COMPRESSION_NONE);
	cr_assert_eq(config->timeout, 10000);
	cr_assert_null(config->ca_file);
	cr_assert_null(config->cert_file);
	cr_assert_null(config->key_file);
	cr_assert(config->tls_verify);
	cr_assert_str_eq(config->service_name, "slurm");
	cr_assert_null(config->environment);
	cr_assert_null(config->resource_attributes);
	cr_assert_eq(config->sampler.kind, SAMPLER_ALWAYS_ON);
	cr_assert(config->sampler.parent_based);
	cr_assert_eq(config->sampler.ratio, 1);
	cr_assert_eq(config->submit_context, SUBMIT_PARENT);
	cr_assert_eq(config->span_names, SPAN_NAMES_COMPACT);
	cr_assert_eq(config->job_comment, JOB_COMMENT_ADMIN);
	cr_assert_null(config->trace_url);
	cr_assert_eq(config->attribute_count_limit, 128);
	cr_assert_eq(config->attribute_value_length_limit, 1024);
	cr_assert_null(config->attribute_deny);
	cr_assert_eq(config->max_export_batch_size, 512);
	cr_assert_eq(config->batch_timeout, 1000);
	cr_assert_eq(config->retry_initial_delay, 1000);
	cr_assert_eq(config->retry_max_delay, 30000);
	cr_assert_str_eq(config->spool_dir, "/var/spool/slurm-otel");
	cr_assert_eq(config->spool_max_size, UINT64_C(256) << 20);
	cr_assert_not(config->spool_sync);
	cr_assert_str_eq(config->agent_user, "SlurmUser");
	cr_assert_eq(config->log_level, LOG_LEVEL_INFO);
	config_destroy(config);
	config_destroy(NULL);
}

struct notes {
	size_t n;
	char text[4096];
};

static void note(const char *message, void *arg)
{
	struct notes *notes = arg;

	notes->n++;
	strcat(notes->text, message);
	strcat(notes->text, "\n");
}

Test(config_sources, check_goes_on_after_mistakes)
{
	struct config_source source = { .file = config_path("otel.conf") };
	struct notes notes = { 0, "" };
	struct config *config = NULL;

	config_write("otel.conf", "ServiceName=good\nEnabled=maybe\nLoglevl=x\n"
				  "Include nothing\nCertFile=/c\n"
				  "LogLevel=debug\n");
	cr_assert_eq(config_check(&source, &config, note, &notes), 4, "%s",
		     notes.text);
	cr_assert_eq(notes.n, 4);
	cr_assert(strstr(notes.text, ":2: Enabled: "), "%s", notes.text);
	cr_assert(strstr(notes.text, ":3: Loglevl: "), "%s", notes.text);
	cr_assert(strstr(notes.text, ":4: Include: "), "%s", notes.text);
	cr_assert(strstr(notes.text, ":5: CertFile: "), "%s", notes.text);
	cr_assert_str_eq(config->service_name, "good");
	cr_assert_eq(config->log_level, LOG_LEVEL_DEBUG);
	cr_assert(config->enabled);
	config_destroy(config);
}

Test(config_sources, finds_the_default_path)
{
	char path[PATH_MAX];

	setenv("SLURM_CONF", "/opt/slurm/etc/slurm.conf", 1);
	cr_assert_eq(config_default_path(path, sizeof(path)), 0);
	cr_assert_str_eq(path, "/opt/slurm/etc/otel.conf");
	cr_assert_eq(config_default_path(path, 25), 0);
	cr_assert_eq(config_default_path(path, 24), -1);
	setenv("SLURM_CONF", "/slurm.conf", 1);
	cr_assert_eq(config_default_path(path, sizeof(path)), 0);
	cr_assert_str_eq(path, "/otel.conf");
	setenv("SLURM_CONF", "slurm.conf", 1);
	cr_assert_eq(config_default_path(path, sizeof(path)), 0);
	cr_assert_str_eq(path, SYSCONFDIR "/slurm/otel.conf");
	unsetenv("SLURM_CONF");
	cr_assert_eq(config_default_path(path, sizeof(path)), 0);
	cr_assert_str_eq(path, SYSCONFDIR "/slurm/otel.conf");
}
