/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Configuration: otel.conf beside slurm.conf, plugstack.conf arguments over
 * it, the OTEL_* variables of the daemon's own environment under it.  One
 * table (table.c) names every key with its parser, default and help; the
 * example file, otel.conf(5) and `slurm-otel check` come from that table.
 */
#ifndef OTEL_CONFIG_CONFIG_H
#define OTEL_CONFIG_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "config/job_comment.h"
#include "trace/sample_rule.h"
#include "trace/sampler.h"
#include "util/err.h"

enum compression { COMPRESSION_NONE, COMPRESSION_GZIP };
enum endpoint_policy { ENDPOINT_FAILOVER, ENDPOINT_ROUND_ROBIN, ENDPOINT_ALL };
enum submit_context { SUBMIT_PARENT, SUBMIT_LINK, SUBMIT_IGNORE };
enum span_names { SPAN_NAMES_COMPACT, SPAN_NAMES_DESCRIPTIVE };
/* Each level has what the ones before it have. */
enum detail { DETAIL_STEP, DETAIL_NODE, DETAIL_TASK };
/* What users may ask for on the command line: bits of user_options. */
enum user_option {
	USER_OPTION_ON = 1 << 0,     /* --trace=on */
	USER_OPTION_OFF = 1 << 1,    /* --trace=off */
	USER_OPTION_DETAIL = 1 << 2, /* --trace=detail */
	USER_OPTION_PARENT = 1 << 3, /* --trace-parent */
	USER_OPTION_ATTR = 1 << 4,   /* --trace-attr */
};
enum log_level {
	LOG_LEVEL_ERROR,
	LOG_LEVEL_WARNING,
	LOG_LEVEL_INFO,
	LOG_LEVEL_DEBUG
};
enum log_format { LOG_FORMAT_TEXT, LOG_FORMAT_JSON };

/* A list of strings: NULL-terminated; NULL when empty. */
typedef char **strlist;

/* The first that matches decides. */
struct sample_rules {
	struct sample_rule *rule; /* n of them; NULL when there are none */
	size_t n;
};

/* Times in milliseconds, sizes in bytes.  Strings are owned by the config and
 * NULL when not set. */
struct config {
	bool enabled;
	strlist endpoint; /* at least one; complete, so that every
			   * http(s) one has a path */
	enum endpoint_policy endpoint_policy;
	strlist headers; /* "name=value", decoded, secret */
	char *headers_file;
	char *auth; /* "bearer:/PATH" or "sigv4:REGION/SERVICE" */
	char *credentials_file;
	char *proxy; /* secret: may hold a password */
	char *no_proxy;
	enum compression compression;
	uint64_t timeout;
	uint64_t file_max_size, file_max_count; /* size 0: never rotate */
	char *ca_file, *cert_file, *key_file;
	bool tls_verify;
	char *service_name, *environment;
	strlist resource_attributes; /* "key=value", decoded */
	struct sampler sampler;
	double sampler_arg;
	struct sample_rules sample_rules;
	uint64_t max_traces_per_second; /* 0: any number */
	bool sample_errors;
	enum submit_context submit_context;
	enum span_names span_names;
	enum detail detail;
	bool command_args;
	enum job_comment job_comment;
	char *trace_url;                              /* holds "{trace_id}" */
	uint64_t max_task_spans, max_spans_per_trace; /* 0: no limit */
	unsigned int user_options; /* bits of enum user_option */
	bool resource_attributes_in_job;
	char *job_endpoint;   /* http:// or https:// */
	char *job_comp_chain; /* NAME of jobcomp/NAME: [a-z0-9_]+, not ours */
	double cost_per_cpu_hour, cost_per_gpu_hour; /* 0: costs nothing */
	uint64_t attribute_count_limit, attribute_value_length_limit;
	strlist attribute_deny;
	uint64_t max_export_batch_size, max_export_batch_bytes, batch_timeout;
	uint64_t retry_initial_delay, retry_max_delay;
	uint64_t circuit_breaker_threshold, circuit_breaker_reset;
	uint64_t shutdown_timeout;
	char *spool_dir;
	uint64_t spool_max_size;
	bool spool_sync;
	char *agent_user; /* "SlurmUser" or a name */
	enum log_level log_level;
	enum log_format log_format;
	char *metrics_file;
};

/* Where a value came from, for `slurm-otel check`. */
enum config_origin {
	CONFIG_DEFAULT,
	CONFIG_ENVIRONMENT, /* OTEL_* */
	CONFIG_FILE,        /* otel.conf or a file it includes */
	CONFIG_ARGUMENT,    /* plugstack.conf */
};

/* How one key is read and shown; the table is config_keys. */
struct config_key {
	const char *name; /* as documented: "SpoolMaxSize" */
	const char *type; /* for people: "size", "duration", "yes|no" */
	const char *def;  /* default as text; NULL: not set */
	const char *help; /* one or more sentences, troff-free */
	bool secret;      /* masked whenever shown */
	bool expands;     /* ${NAME} in its value is replaced */
	bool adds;        /* a repeated key adds to the value it had, and the
			   * rest of its line is the value, blanks included */
	/* parse text into config at this key's place; err without file and line
	 */
	int (*parse)(const struct config_key *key, const char *text,
		     struct config *config, struct err *err);
	/* print the value as a user would write it, secrets included */
	void (*print)(const struct config_key *key, const struct config *config,
		      FILE *out);
	size_t offset;
	const void *arg;     /* for the parser: choices, bounds */
	const char *section; /* heading under which the documents list it */
};

extern const struct config_key config_keys[]; /* ends with name NULL */

/* What to read.  All may be NULL or 0: the defaults alone. */
struct config_source {
	const char *file;     /* path of otel.conf; NULL: none is read */
	bool file_optional;   /* a missing file is no error; a missing
			       * included one is */
	bool skip_unreadable; /* nor is one that this user may not read
			       * (EACCES), included ones too: a user's sbatch
			       * goes on without what is root's.  Never for a
			       * daemon: it would run with defaults */
	char *const *args;    /* "key=value", of plugstack.conf; "Config=" is
			       * the plugin's own and is skipped */
	size_t n_args;
	bool use_environment; /* fill from OTEL_* of this process: daemons,
			       * agent and cli only, never for a job's process
			       */
};

/*
 * Reads the configuration.  On success returns 0 and *ret, which the caller
 * frees with config_destroy.  On failure returns -1 and err names file, line
 * and key of the first mistake; *ret is untouched.  Allocates, reads files,
 * logs nothing.  Not for use while other threads change the environment.
 * Keys are case-insensitive; `#` starts a comment; `Include PATH` is relative
 * to the including file (depth at most 8); ${NAME} expands from the
 * environment only in values of ServiceName, Environment, ResourceAttributes,
 * and only with use_environment; a variable that is not set expands to
 * nothing.  An empty value stands for the key's default.  A repeated key
 * replaces the value it had, lists too; but one that adds does so, to what the
 * same source said, until an empty value begins anew.  OTEL_* variables are
 * looked at only for keys that neither file nor args set.  No error shows a
 * secret.
 */
int config_load(const struct config_source *source, struct config **ret,
		struct err *err);
void config_destroy(struct config *config);

/* As config_load, but goes on after mistakes and hands each one to report;
 * *ret holds what could be read, or NULL when there was no memory (which is a
 * mistake too).  Returns the number of mistakes.  For check. */
int config_check(const struct config_source *source, struct config **ret,
		 void (*report)(const char *message, void *arg), void *arg);

/* Where the value of config_keys[i] came from.  config must be one that
 * config_load or config_check made. */
enum config_origin config_origin(const struct config *config, size_t i);

/* The same in detail: "/etc/slurm/otel.conf:12", the name of a variable,
 * "plugstack.conf", or "" for a default.  Cut at size bytes with the NUL. */
void config_where(const struct config *config, size_t i, char *ret,
		  size_t size);

/* The key of that name, in any case; NULL when there is none. */
const struct config_key *config_key_find(const char *name, size_t len);

/*
 * The path of otel.conf: the directory of SLURM_CONF (which Slurm's daemons
 * set for themselves) when that is an absolute path, else the compiled-in
 * default.  Writes at most size bytes with the NUL; returns -1 when it does
 * not fit.
 */
int config_default_path(char *ret, size_t size);

#endif
