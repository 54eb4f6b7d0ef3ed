/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one table of configuration keys.  A key is documented nowhere else: the
 * example file, the list in otel.conf(5) and `slurm-otel check` come from it.
 * A new key is a field of struct config and a row here.
 */
#include "config/private.h"

/* The parser of a row writes a value of one C type: another is a mistake that
 * the compiler should find. */
#define FIELD(field, type)                                                     \
	.offset = offsetof(struct config, field) +                             \
		  0 * sizeof(char[__builtin_types_compatible_p(                \
					  __typeof__(((struct config *)0)      \
							     ->field),         \
					  type)                                \
					  ? 1                                  \
					  : -1])
#define ROW(value_type, c_type, field)                                         \
	.parse = value_parse_##value_type, .print = value_print_##value_type,  \
	FIELD(field, c_type)

#define BOOL(field) .type = "yes|no", ROW(bool, bool, field)
#define PATH(field) .type = "path", ROW(path, char *, field)
#define STRING(field) .type = "text", ROW(string, char *, field)
#define LIST(of, field) .type = "list", ROW(of, strlist, field)
#define BOUNDED(kind, field, low, high)                                        \
	ROW(kind, uint64_t, field), .arg = &(const struct value_bounds)        \
	{                                                                      \
		low, high                                                      \
	}
#define UNSIGNED(field, low, high)                                             \
	.type = "number", BOUNDED(unsigned, field, low, high)
#define DURATION(field, low, high)                                             \
	.type = "duration", BOUNDED(duration, field, low, high)
#define SIZE(field, low, high) .type = "size", BOUNDED(size, field, low, high)
#define CHOICE(names, c_type, field, choices)                                  \
	.type = names, ROW(choice, c_type, field), .arg = choices

#define SECONDS(n) ((n)*UINT64_C(1000))
#define HOURS(n) SECONDS((n)*UINT64_C(3600))
#define KIB(n) ((n)*UINT64_C(1024))
#define GIB(n) KIB(KIB(KIB(n)))

_Static_assert(sizeof(enum compression) == sizeof(unsigned int) &&
		       sizeof(enum log_level) == sizeof(unsigned int) &&
		       sizeof(enum log_format) == sizeof(unsigned int),
	       "value_parse_choice writes an unsigned int");

static const struct value_choice compressions[] = {
	{ "none", COMPRESSION_NONE },
	{ "gzip", COMPRESSION_GZIP },
	{ NULL, 0 },
};

static const struct value_choice endpoint_policies[] = {
	{ "failover", ENDPOINT_FAILOVER },
	{ "round_robin", ENDPOINT_ROUND_ROBIN },
	{ "all", ENDPOINT_ALL },
	{ NULL, 0 },
};

static const struct value_choice submit_contexts[] = {
	{ "parent", SUBMIT_PARENT },
	{ "link", SUBMIT_LINK },
	{ "ignore", SUBMIT_IGNORE },
	{ NULL, 0 },
};

static const struct value_choice names_of_spans[] = {
	{ "compact", SPAN_NAMES_COMPACT },
	{ "descriptive", SPAN_NAMES_DESCRIPTIVE },
	{ NULL, 0 },
};

static const struct value_choice details[] = {
	{ "step", DETAIL_STEP },
	{ "node", DETAIL_NODE },
	{ "task", DETAIL_TASK },
	{ NULL, 0 },
};

static const struct value_choice comments[] = {
	{ "AdminComment", JOB_COMMENT_ADMIN },
	{ "SystemComment", JOB_COMMENT_SYSTEM },
	{ "Comment", JOB_COMMENT_USER },
	{ "Extra", JOB_COMMENT_EXTRA },
	{ "none", JOB_COMMENT_NONE },
	{ NULL, 0 },
};

static const struct value_choice log_levels[] = {
	{ "error", LOG_LEVEL_ERROR },
	{ "warning", LOG_LEVEL_WARNING },
	{ "info", LOG_LEVEL_INFO },
	{ "debug", LOG_LEVEL_DEBUG },
	{ NULL, 0 },
};

static const struct value_choice log_formats[] = {
	{ "text", LOG_FORMAT_TEXT },
	{ "json", LOG_FORMAT_JSON },
	{ NULL, 0 },
};

#define EXPORT "Export"
#define TLS "TLS"
#define RESOURCE "Resource"
#define SAMPLING "Sampling"
#define TRACES "Traces and jobs"
#define COMPLETION "Job completion"
#define LIMITS "Limits"
#define BATCHES "Batches and retries"
#define SPOOL "Spool"
#define AGENT "Agent and log"

const struct config_key config_keys[] = {
	{ .name = "Enabled",
	  .section = EXPORT,
	  .def = "yes",
	  BOOL(enabled),
	  .help = "With no, the plugins do nothing and the agent sends nothing." },
	{ .name = "Endpoint",
	  .section = EXPORT,
	  .def = "http://localhost:4318",
	  LIST(endpoints, endpoint),
	  .help = "Where spans go; one URL or several, 64 at most, separated by "
		  "commas. "
		  "http://HOST:PORT and https://HOST:PORT speak OTLP over HTTP "
		  "with protobuf; http+json:// and https+json:// the same with "
		  "JSON; grpc:// and grpcs:// OTLP over gRPC (port 4317); "
		  "zipkin:// and zipkins:// Zipkin's v2 JSON (port 9411); "
		  "file:/PATH appends OTLP JSON lines to a file, and stdout: "
		  "writes them to the standard output of an agent that runs "
		  "with --foreground or --once. "
		  "An OTLP URL over HTTP without a path gets /v1/traces, one of "
		  "Zipkin /api/v2/spans; one with a path, a lone / included, is "
		  "used as it stands. "
		  "Redirects are not followed." },
	{ .name = "EndpointPolicy",
	  .section = EXPORT,
	  .def = "failover",
	  CHOICE("failover|round_robin|all", enum endpoint_policy,
		 endpoint_policy, endpoint_policies),
	  .help = "Which of several endpoints gets a batch. "
		  "failover: the first one that takes it; round_robin: one "
		  "after the other, those that fail passed over; all: every "
		  "one gets every span, and what one can not take now waits "
		  "for it in a queue of its own, of SpoolMaxSize at most." },
	{ .name = "Headers",
	  .section = EXPORT,
	  LIST(headers, headers),
	  .secret = true,
	  .help = "Extra HTTP headers as name=value, separated by commas. "
		  "A comma in a value is written %2C, a percent sign %25. "
		  "Everybody who can read this file can read them: keep secrets "
		  "in HeadersFile." },
	{ .name = "HeadersFile",
	  .section = EXPORT,
	  PATH(headers_file),
	  .help = "A file with more headers, one name=value on a line, nothing "
		  "encoded. "
		  "It is refused unless it belongs to the agent's user and has "
		  "mode 0600, and is read when the agent starts and at "
		  "SIGHUP." },
	{ .name = "Auth",
	  .section = EXPORT,
	  .type = "bearer:FILE|sigv4:REGION/SERVICE",
	  ROW(auth, char *, auth),
	  .help = "How requests to every URL are authenticated. "
		  "bearer:FILE sends the token that FILE holds as "
		  "Authorization: Bearer; FILE must belong to the agent's user "
		  "and have mode 0600, is read again whenever it changes, and "
		  "spans wait while it can not be used. "
		  "sigv4:REGION/SERVICE signs them for AWS; the service of "
		  "X-Ray is xray." },
	{ .name = "CredentialsFile",
	  .section = EXPORT,
	  PATH(credentials_file),
	  .help = "The credentials for Auth=sigv4, which it needs, in AWS's "
		  "form: "
		  "aws_access_key_id, aws_secret_access_key and "
		  "aws_session_token under [default]. "
		  "It is read again whenever it changes, and refused unless it "
		  "belongs to the agent's user and has mode 0600. "
		  "Without it the credentials are AWS_ACCESS_KEY_ID, "
		  "AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN of the agent's "
		  "environment, else those of the EC2 instance's role." },
	{ .name = "Compression",
	  .section = EXPORT,
	  .def = "none",
	  CHOICE("none|gzip", enum compression, compression, compressions),
	  .help = "gzip saves network and costs about 10 microseconds of CPU "
		  "time a span." },
	{ .name = "Timeout",
	  .section = EXPORT,
	  .def = "10s",
	  DURATION(timeout, 1, HOURS(1)),
	  .help = "How long one attempt to send a batch may take." },
	{ .name = "Proxy",
	  .section = EXPORT,
	  .type = "URL",
	  ROW(proxy, char *, proxy),
	  .help = "The proxy for all URLs, as "
		  "SCHEME://[USER:PASSWORD@]HOST:PORT, where SCHEME is http, "
		  "https, socks4, socks4a, socks5 or socks5h. "
		  "Variables such as https_proxy are not heeded." },
	{ .name = "NoProxy",
	  .section = EXPORT,
	  .type = "list",
	  ROW(no_proxy, char *, no_proxy),
	  .help = "Hosts that are reached without Proxy, which it needs, "
		  "separated by commas; a domain stands for all hosts in it." },
	{ .name = "FileMaxSize",
	  .section = EXPORT,
	  .def = "0",
	  SIZE(file_max_size, 0, GIB(1024)),
	  .help = "The size at which the file of a file: endpoint is renamed "
		  "to PATH.1, and PATH.1 to PATH.2, and so on. "
		  "0 means never." },
	{ .name = "FileMaxCount",
	  .section = EXPORT,
	  .def = "5",
	  UNSIGNED(file_max_count, 1, 1000),
	  .help = "How many such renamed files are kept beside the one that "
		  "is written." },

	{ .name = "CAFile",
	  .section = TLS,
	  PATH(ca_file),
	  .help = "Certificates (PEM) that the receiver's is checked against, "
		  "instead of the system's." },
	{ .name = "CertFile",
	  .section = TLS,
	  PATH(cert_file),
	  .help = "Our own certificate (PEM), for receivers that ask for one. "
		  "Needs KeyFile." },
	{ .name = "KeyFile",
	  .section = TLS,
	  PATH(key_file),
	  .help = "The private key (PEM) of CertFile. "
		  "It is refused unless it belongs to the agent's user or root, "
		  "and nobody but its owner and group can read it and nobody "
		  "but its owner change it." },
	{ .name = "TLSVerify",
	  .section = TLS,
	  .def = "yes",
	  BOOL(tls_verify),
	  .help = "With no, the receiver's certificate is not checked: for "
		  "tests only." },

	{ .name = "ServiceName",
	  .section = RESOURCE,
	  .def = "slurm",
	  STRING(service_name),
	  .expands = true,
	  .help = "The attribute service.name of all spans." },
	{ .name = "Environment",
	  .section = RESOURCE,
	  STRING(environment),
	  .expands = true,
	  .help = "The attribute deployment.environment.name, such as "
		  "production." },
	{ .name = "ResourceAttributes",
	  .section = RESOURCE,
	  LIST(attributes, resource_attributes),
	  .expands = true,
	  .help = "More attributes of the resource as name=value, separated by "
		  "commas and encoded as in Headers. "
		  "The last value of a name counts." },

	{ .name = "Sampler",
	  .section = SAMPLING,
	  .def = "parentbased_always_on",
	  .type = "name",
	  ROW(sampler, struct sampler, sampler),
	  .help = "Which jobs are traced: always_on, always_off or "
		  "traceidratio, or one of these after parentbased_, which "
		  "follows the sampled flag of the context a job was submitted "
		  "with, where there is one." },
	{ .name = "SamplerArg",
	  .section = SAMPLING,
	  .def = "1.0",
	  .type = "0 to 1",
	  ROW(ratio, double, sampler_arg),
	  .help = "The share of jobs that traceidratio keeps." },
	{ .name = "SampleRule",
	  .section = SAMPLING,
	  .type = "KEY=PATTERN... sample=RATIO",
	  ROW(rules, struct sample_rules, sample_rules),
	  .adds = true,
	  .help = "The share of traces kept of the jobs that match, in the "
		  "place of Sampler; applied by job_submit/otel in slurmctld, "
		  "and only there. "
		  "KEY is partition, account, user, qos or name, each once at "
		  "most; PATTERN may hold *, ? and [...] and is compared with "
		  "its case; blanks or commas stand between the conditions, "
		  "which must all hold. "
		  "This key may stand on several lines: the first rule that "
		  "matches decides, and an empty value takes away those before "
		  "it. "
		  "A trace that a parent's sampling decides on, by a "
		  "parentbased_ Sampler, is left to that. "
		  "A condition on what a job was submitted without does not "
		  "hold, but for the default partition; of a list of "
		  "partitions one must match." },
	{ .name = "MaxTracesPerSecond",
	  .section = SAMPLING,
	  .def = "0",
	  UNSIGNED(max_traces_per_second, 0, 1000000),
	  .help = "How many jobs may begin a trace in a second, applied by "
		  "job_submit/otel in slurmctld, and only there; those beyond "
		  "are not sampled. "
		  "A second's worth may come at once. "
		  "Jobs that continue a trace do not count; an array counts "
		  "once. "
		  "0 means any number." },
	{ .name = "SampleErrors",
	  .section = SAMPLING,
	  .def = "no",
	  BOOL(sample_errors),
	  .help = "Whether a job that is not sampled is traced all the same "
		  "when it ends other than COMPLETED with exit code and "
		  "derived exit code 0. Until it ends, each node holds the "
		  "spans of its steps back: 1 MiB a job and as much again for "
		  "spans of failures, less with a small spool, and a quarter "
		  "of SpoolMaxSize in all. Jobs submitted with tracing off are "
		  "never traced. slurmctld and all nodes need the same value." },

	{ .name = "SubmitContext",
	  .section = TRACES,
	  .def = "parent",
	  CHOICE("parent|link|ignore", enum submit_context, submit_context,
		 submit_contexts),
	  .help = "What becomes of a TRACEPARENT in the environment of sbatch, "
		  "salloc or srun: the job continues that trace, starts a trace "
		  "of its own that links to it, or takes no notice." },
	{ .name = "SpanNames",
	  .section = TRACES,
	  .def = "compact",
	  CHOICE("compact|descriptive", enum span_names, span_names,
		 names_of_spans),
	  .help = "descriptive appends the name of the job, or the id of the "
		  "step, to the names of their spans; backends that count by "
		  "name prefer compact." },
	{ .name = "Detail",
	  .section = TRACES,
	  .def = "step",
	  CHOICE("step|node|task", enum detail, detail, details),
	  .help = "What is told of a job where nothing failed: its steps; also "
		  "each of its nodes, for the job and for each step; also each "
		  "task. "
		  "Nodes and tasks that failed are told of in any case. "
		  "--trace=detail raises it for a job, and slurm-otel detail "
		  "on a node for a while." },
	{ .name = "CommandArgs",
	  .section = TRACES,
	  .def = "no",
	  BOOL(command_args),
	  .help = "With yes the span of a task tells its command line, in "
		  "process.command_args. "
		  "There may be passwords on it, and whoever reads the traces "
		  "reads them then. "
		  "Of a long one the first arguments are told, up to 128 or "
		  "4 KiB." },
	{ .name = "JobComment",
	  .section = TRACES,
	  .def = "AdminComment",
	  CHOICE("AdminComment|SystemComment|Comment|Extra|none",
		 enum job_comment, job_comment, comments),
	  .help = "The field of the job that gets trace_id=ID appended, so that "
		  "scontrol show job names the trace. "
		  "Slurm 22.05 has no Extra, and lets SystemComment be set at "
		  "the job's end only." },
	{ .name = "TraceURL",
	  .section = TRACES,
	  .type = "URL",
	  ROW(trace_url, char *, trace_url),
	  .help = "A link to the trace in a backend, put after the trace id in "
		  "JobComment. "
		  "{trace_id} stands for the id." },
	{ .name = "UserOptions",
	  .section = TRACES,
	  .def = "on,off,detail,parent,attr",
	  .type = "list",
	  ROW(user_options, unsigned int, user_options),
	  .help = "Which options of sbatch, salloc and srun users may give: on, "
		  "off and detail are the values of --trace, parent stands for "
		  "--trace-parent and attr for --trace-attr. "
		  "Another one is refused before the job is submitted. "
		  "none forbids all." },
	{ .name = "ResourceAttributesInJob",
	  .section = TRACES,
	  .def = "no",
	  BOOL(resource_attributes_in_job),
	  .help = "With yes, OTEL_RESOURCE_ATTRIBUTES of each task names "
		  "cluster, partition, job, step and node, so that the spans of "
		  "an application do. "
		  "What the user has set there is kept." },
	{ .name = "JobEndpoint",
	  .section = TRACES,
	  .type = "URL",
	  ROW(job_endpoint, char *, job_endpoint),
	  .help = "OTEL_EXPORTER_OTLP_ENDPOINT of each task whose user has set "
		  "neither that nor OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: where "
		  "applications send their own spans, http:// or https://, as "
		  "seen from the nodes. "
		  "Every user can read it, so it may hold no password." },

	{ .name = "CostPerCpuHour",
	  .section = COMPLETION,
	  .type = "number",
	  ROW(amount, double, cost_per_cpu_hour),
	  .help = "What an hour of one allocated CPU costs, in whatever unit the "
		  "site counts. "
		  "With this key or the next one a job has its cost as "
		  "slurm.job.cost." },
	{ .name = "CostPerGpuHour",
	  .section = COMPLETION,
	  .type = "number",
	  ROW(amount, double, cost_per_gpu_hour),
	  .help = "What an hour of one allocated GPU costs." },
	{ .name = "JobCompChain",
	  .section = COMPLETION,
	  .type = "jobcomp/NAME",
	  ROW(jobcomp, char *, job_comp_chain),
	  .help = "Another job completion plugin of Slurm's, jobcomp/filetxt for "
		  "one, which jobcomp/otel loads and hands every call on to, "
		  "with Enabled=no as well. "
		  "JobCompLoc and its like in slurm.conf are that plugin's. "
		  "Another plugin than the one that is loaded takes effect when "
		  "slurmctld is restarted." },

	{ .name = "MaxTaskSpans",
	  .section = LIMITS,
	  .def = "256",
	  UNSIGNED(max_task_spans, 0, 1000000),
	  .help = "Spans of tasks that one node writes for one step. "
		  "Those of failed tasks come first, and are written beyond "
		  "it too; what is left out is counted on the span above. "
		  "0 means no limit." },
	{ .name = "MaxSpansPerTrace",
	  .section = LIMITS,
	  .def = "1000",
	  UNSIGNED(max_spans_per_trace, 0, 1000000000),
	  .help = "Of a job, the steps from this number on are told of only "
		  "where they fail; and one node writes no more than so many "
		  "spans of its own and of tasks, but for failures. "
		  "What is left out is counted. "
		  "It must be the same on all nodes. "
		  "0 means no limit." },
	{ .name = "AttributeCountLimit",
	  .section = LIMITS,
	  .def = "128",
	  UNSIGNED(attribute_count_limit, 1, 65536),
	  .help = "Attributes of one span; more are dropped and counted." },
	{ .name = "AttributeValueLengthLimit",
	  .section = LIMITS,
	  .def = "1024",
	  UNSIGNED(attribute_value_length_limit, 0, 65536),
	  .help = "Characters of a string value; longer ones are cut. "
		  "0 means no limit." },
	{ .name = "AttributeDeny",
	  .section = LIMITS,
	  LIST(names, attribute_deny),
	  .help = "Names of attributes that must not leave the site, separated "
		  "by commas; slurm.job.* stands for all names that begin "
		  "so." },

	{ .name = "MaxExportBatchSize",
	  .section = BATCHES,
	  .def = "512",
	  UNSIGNED(max_export_batch_size, 1, 65536),
	  .help = "Spans sent at once, at most." },
	{ .name = "MaxExportBatchBytes",
	  .section = BATCHES,
	  .def = "1MiB",
	  SIZE(max_export_batch_bytes, KIB(64), KIB(4096)),
	  .help = "Bytes of one request, at most, as OTLP protobuf before "
		  "compression; a single span that is larger goes alone. "
		  "Many receivers take no more than 4MiB." },
	{ .name = "BatchTimeout",
	  .section = BATCHES,
	  .def = "1s",
	  DURATION(batch_timeout, 1, HOURS(1)),
	  .help = "A batch that is not full is sent when it is this old." },
	{ .name = "RetryInitialDelay",
	  .section = BATCHES,
	  .def = "1s",
	  DURATION(retry_initial_delay, 1, HOURS(24)),
	  .help = "The longest wait before the first retry; it doubles with "
		  "each further one. "
		  "The wait is drawn at random below that, unless the receiver "
		  "asks for one: then it is that long, an hour at most." },
	{ .name = "RetryMaxDelay",
	  .section = BATCHES,
	  .def = "30s",
	  DURATION(retry_max_delay, 1, HOURS(24)),
	  .help = "The longest wait between retries. "
		  "Retries go on for as long as the spool holds the span." },

	{ .name = "CircuitBreakerThreshold",
	  .section = BATCHES,
	  .def = "5",
	  UNSIGNED(circuit_breaker_threshold, 1, 1000),
	  .help = "After this many failures in a row an endpoint is left alone "
		  "for CircuitBreakerReset. "
		  "A refusal of the sender, as with 401 or 404, counts as a "
		  "failure, too." },
	{ .name = "CircuitBreakerReset",
	  .section = BATCHES,
	  .def = "30s",
	  DURATION(circuit_breaker_reset, 1, HOURS(24)),
	  .help = "How long an endpoint is left alone then, and up to a "
		  "quarter of it more. "
		  "After that one batch tries the endpoint: once that succeeds "
		  "all goes on as before." },
	{ .name = "ShutdownTimeout",
	  .section = BATCHES,
	  .def = "5s",
	  DURATION(shutdown_timeout, 1, HOURS(1)),
	  .help = "How long the agent may take to send what it has when it is "
		  "told to end. The rest stays in the spool." },

	{ .name = "SpoolDir",
	  .section = SPOOL,
	  .def = "/var/spool/slurm-otel",
	  PATH(spool_dir),
	  .help = "Where spans wait for delivery. "
		  "Each daemon makes a directory of its own below it." },
	{ .name = "SpoolMaxSize",
	  .section = SPOOL,
	  .def = "256MiB",
	  SIZE(spool_max_size, KIB(256), GIB(1024)),
	  .help = "Size of each such directory, at most. "
		  "Beyond it the oldest spans are dropped and counted." },
	{ .name = "SpoolSync",
	  .section = SPOOL,
	  .def = "no",
	  BOOL(spool_sync),
	  .help = "With yes, each span is on the disk before the job goes on; "
		  "with no, a power failure can take the spans of the last "
		  "seconds." },

	{ .name = "AgentUser",
	  .section = AGENT,
	  .def = "SlurmUser",
	  .type = "user",
	  ROW(user, char *, agent_user),
	  .help = "The user that slurm-otel-agent runs as. "
		  "SlurmUser stands for the one that slurm.conf names. "
		  "Another one must be an operator of Slurm's to set comments; "
		  "else they are set at the job's end only." },
	{ .name = "LogLevel",
	  .section = AGENT,
	  .def = "info",
	  CHOICE("error|warning|info|debug", enum log_level, log_level,
		 log_levels),
	  .help = "How much the agent and the plugins write to their logs." },
	{ .name = "LogFormat",
	  .section = AGENT,
	  .def = "text",
	  CHOICE("text|json", enum log_format, log_format, log_formats),
	  .help = "How the agent writes its log: as text, or as one JSON "
		  "object a line." },
	{ .name = "MetricsFile",
	  .section = AGENT,
	  PATH(metrics_file),
	  .help = "A file for the textfile collector of node_exporter, its name "
		  "ending in .prom, that the agents of this host keep up to "
		  "date: what was exported, what waits and what was lost. "
		  "The agent's user must be able to write to its directory." },

	{ .name = NULL },
};

_Static_assert(sizeof(config_keys) / sizeof(config_keys[0]) <= CONFIG_KEYS_MAX,
	       "raise CONFIG_KEYS_MAX");
