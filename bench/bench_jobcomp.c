/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The time a completion plugin takes for one record, under what would be
 * slurmctld's job lock: jobcomp/otel against Slurm's own jobcomp/filetxt, both
 * loaded as slurmctld loads them, fed the same job record in turn.
 *
 * Usage: bench_jobcomp OTEL.so FILETXT.so FILETXT_LOG SPOOL
 * (SLURM_CONF is set; SPOOL is that of slurmctld in otel.conf)
 */
#include "jobcomp/job_view_slurm.h"

#include <dlfcn.h>
#include <stdio.h>

#include "src/common/log.h"

#include "bench/bench.h"
#include "spool/spool.h"

#define RECORDS 20000
#define WARM_UP 200

struct plugin {
	int (*init)(void);
	struct jobcomp_entries entries;
	struct sample sample;
};

_Static_assert(sizeof(struct jobcomp_entries) ==
		       JOBCOMP_ENTRY_COUNT * sizeof(void *),
	       "filled as an array of pointers");

static __typeof__(*((job_record_t *)0)->details) details;
static job_record_t *job;

/* slurmctld has this; jobcomp_otel asks it whether it reads the right
 * structure. */
__attribute__((visibility("default"))) job_record_t *
find_job_record(uint32_t job_id)
{
	return job_id == job->job_id ? job : NULL;
}

static void *symbol(void *handle, const char *name)
{
	void *ret = dlsym(handle, name);

	if (!ret) {
		fprintf(stderr, "bench_jobcomp: %s\n", dlerror());
		exit(1);
	}
	return ret;
}

static void load(const char *path, char *location, struct plugin *ret)
{
	const char *const names[] = { JOBCOMP_ENTRY_NAMES };
	void *symbols[JOBCOMP_ENTRY_COUNT];
	void *handle = dlopen(path, RTLD_LAZY);

	if (!handle) {
		fprintf(stderr, "bench_jobcomp: %s\n", dlerror());
		exit(1);
	}
	ret->init = symbol(handle, "init");
	for (int i = 0; i < JOBCOMP_ENTRY_COUNT; i++)
		symbols[i] = symbol(handle, names[i]);
	memcpy(&ret->entries, symbols, sizeof(symbols));
	sample_init(&ret->sample, RECORDS);
	if (ret->init() || JOBCOMP_CALL_SET_LOCATION(&ret->entries, location))
		exit(1);
}

static void make_job(void)
{
	time_t now = time(NULL);

	job = xmalloc(sizeof(*job)); /* the plugin asks how large it is */
	details.submit_time = now - 60;
	details.begin_time = now - 60;
	details.num_tasks = 128;
	job->magic = JOB_MAGIC;
	job->job_id = 42;
	job->array_task_id = NO_VAL;
	job->name = "train.sh";
	job->account = "physics";
	job->partition = "main";
	job->nodes = "n[1-4]";
	job->tres_fmt_alloc_str = "cpu=128,mem=512G,node=4,billing=128";
	job->admin_comment =
		xstrdup("trace_id=0af7651916cd43dd8448eb211c80319c");
	job->details = &details;
	details.requeue = 1; /* the plugin notes more of such a job */
	job->batch_flag = 1;
	job->job_state = JOB_COMPLETE;
	job->start_time = now - 30;
	job->end_time = now;
	job->total_nodes = 4;
	job->total_cpus = 128;
	job->time_limit = 60;
	job->spank_job_env = xcalloc(1, sizeof(char *));
	job->spank_job_env[0] = xstrdup(
		"OTEL_CONTEXT=00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01;t=1700000000000000000");
	job->spank_job_env_size = 1;
}

/* Each record is that of another job: what the plugin noted with it goes. */
static void forget_notes(void)
{
	while (job->spank_job_env_size > 1)
		xfree(job->spank_job_env[--job->spank_job_env_size]);
	xrecalloc(job->spank_job_env, 1, sizeof(char *));
}

static void record(struct plugin *plugin, bool counts)
{
	uint64_t since = bench_now();

	JOBCOMP_CALL_RECORD_END(&plugin->entries, job, 0);
	if (counts)
		sample_add(&plugin->sample, since);
	forget_notes();
}

static void print(const char *name, struct plugin *plugin)
{
	printf("%-28s  median %8.1f us   p99 %8.1f us\n", name,
	       sample_percentile(&plugin->sample, 0.5),
	       sample_percentile(&plugin->sample, 0.99));
}

/* The agent would take its share of this machine: the plugin starts one, which
 * ends at once when it finds the lock held. */
static void keep_agent_away(const char *spool)
{
	bool held;
	int fd = spool_open_dir(spool, true, (uid_t)-1, (gid_t)-1, NULL);

	if (fd < 0 || spool_lock(fd, &held, NULL) < 0) {
		fprintf(stderr, "bench_jobcomp: the spool %s is in use\n",
			spool);
		exit(1);
	}
}

int main(int argc, char **argv)
{
	log_options_t options = LOG_OPTS_STDERR_ONLY;
	struct plugin otel, filetxt;

	if (argc != 5) {
		fprintf(stderr,
			"usage: %s OTEL.so FILETXT.so FILETXT_LOG SPOOL\n",
			argv[0]);
		return 2;
	}
	log_init("slurmctld", options, SYSLOG_FACILITY_DAEMON, NULL);
	slurm_conf_init(NULL);
	make_job();
	keep_agent_away(argv[4]);
	load(argv[1], NULL, &otel);
	load(argv[2], argv[3], &filetxt);
	for (int i = 0; i < RECORDS + WARM_UP; i++) {
		record(&otel, i >= WARM_UP);
		record(&filetxt, i >= WARM_UP);
	}
	print("jobcomp/otel, a record", &otel);
	print("jobcomp/filetxt, a record", &filetxt);
	printf("ratio otel / filetxt          %.2f\n",
	       sample_percentile(&otel.sample, 0.5) /
		       sample_percentile(&filetxt.sample, 0.5));
	return 0;
}
