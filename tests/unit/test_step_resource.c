/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an application finds in its environment, and which GPUs it has. */
#include "spank/step_resource.h"

#include <stdio.h>
#include <string.h>

#include <criterion/criterion.h>

#include "spank/compat.h"
#include "spank/step_gpu.h"

#define OURS                                                                   \
	"slurm.cluster.name=demo,slurm.job.id=7,slurm.job.id.raw=7,"           \
	"slurm.step.id=0,slurm.node.name=n1"

static struct config config;
static struct step step;
static struct step_resource got;

static void start(void)
{
	memset(&config, 0, sizeof(config));
	config.resource_attributes_in_job = true;
	memset(&step, 0, sizeof(step));
	step.job_id = 7;
	strcpy(step.job.cluster, "demo");
	strcpy(step.node, "n1");
}

TestSuite(step_resource, .init = start);

static const char *attributes(const char *users, const char *outer)
{
	static char users_var[20000], outer_var[20000];
	char *env[3] = { users_var };

	snprintf(users_var, sizeof(users_var), RESOURCE_VAR "=%s", users);
	snprintf(outer_var, sizeof(outer_var), RESOURCE_OURS_VAR "=%s",
		 outer ? outer : "");
	env[1] = outer ? outer_var : NULL;
	step_resource_make(&config, env, &step, &got);
	return got.attributes;
}

Test(step_resource, nothing_unless_asked_for)
{
	char *env[] = { NULL };

	config.resource_attributes_in_job = false;
	step_resource_make(&config, env, &step, &got);
	cr_assert_str_eq(got.attributes, "");
	cr_assert_str_eq(got.endpoint, "");
	step_resource_make(&config, NULL, &step, &got);
	cr_assert_str_eq(got.attributes, "");
}

Test(step_resource, a_list_that_can_not_be_parsed_is_left_alone)
{
	static const char *const bad[] = { "x",  "a=%",  "a=%zz", "a=1,,b=2",
					   "=1", "a=1,", " =1" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		cr_assert_str_eq(attributes(bad[i], NULL), "", "%s", bad[i]);
}

Test(step_resource, a_list_that_is_too_long_is_left_alone)
{
	char large[RESOURCE_MAX + 8];

	memset(large, 'x', sizeof(large));
	memcpy(large, "a=", 2);
	large[RESOURCE_MAX + 1] = '\0';
	cr_assert_str_eq(attributes(large, NULL), "");
	large[RESOURCE_MAX] = '\0';
	cr_assert_str_eq(attributes(large, NULL), "");
	large[RESOURCE_MAX - strlen(OURS)] = '\0';
	cr_assert_str_eq(attributes(large, NULL), "");
	large[RESOURCE_MAX - strlen(OURS) - 1] = '\0';
	cr_assert_eq(strlen(attributes(large, NULL)), RESOURCE_MAX);
}

Test(step_resource, keeps_what_the_user_says)
{
	cr_assert_str_eq(attributes("", NULL), OURS);
	cr_assert_str_eq(attributes("a=1%2C2", NULL), "a=1%2C2," OURS);
	cr_assert_str_eq(attributes("slurm.job.id=x , b=1", NULL),
			 "slurm.job.id=x , b=1,slurm.cluster.name=demo,"
			 "slurm.job.id.raw=7,slurm.step.id=0,slurm.node.name="
			 "n1");
}

Test(step_resource, takes_out_what_an_outer_step_said)
{
	const char *outer = "slurm.job.id=7,slurm.step.id=batch";

	cr_assert_str_eq(attributes(outer, outer), OURS);
	cr_assert_str_eq(
		attributes("a=1,slurm.job.id=7,slurm.step.id=batch", outer),
		"a=1," OURS);
	cr_assert_str_eq(
		attributes("slurm.job.id=7,slurm.step.id=batch,b=2", outer),
		"b=2," OURS);
	cr_assert_str_eq(
		attributes("a=1,slurm.job.id=7,slurm.step.id=batch,b=2", outer),
		"a=1,b=2," OURS);
	cr_assert_str_eq(got.ours, OURS);
	/* only as a whole */
	cr_assert_str_eq(attributes("a=slurm.step.id=batch", "slurm.step.id="
							     "batch"),
			 "a=slurm.step.id=batch," OURS);
	cr_assert_str_eq(attributes("k=batches", "k=batch"), "k=batches," OURS);
	cr_assert_str_eq(attributes("a=1", ""), "a=1," OURS);
}

Test(step_resource, leaves_out_what_is_no_text)
{
	char *env[] = { "SLURM_JOB_PARTITION=\xff", "SLURM_JOB_NAME=a, b",
			NULL };

	step_resource_make(&config, env, &step, &got);
	cr_assert_str_eq(got.attributes, OURS ",slurm.job.name=a%2C%20b");
}

Test(step_resource, endpoint_only_where_there_is_none)
{
	char *none[] = { ENDPOINT_VAR "=", NULL };
	char *one[] = { ENDPOINT_VAR "=http://own", NULL };
	char *traces[] = { TRACES_ENDPOINT_VAR "=http://own", NULL };

	config.job_endpoint = "http://site:4318";
	step_resource_make(&config, none, &step, &got);
	cr_assert_str_eq(got.endpoint, "http://site:4318");
	step_resource_make(&config, one, &step, &got);
	cr_assert_str_eq(got.endpoint, "");
	step_resource_make(&config, traces, &step, &got);
	cr_assert_str_eq(got.endpoint, "");
}

/* ---- GPUs --------------------------------------------------------------- */

static struct step_gpus gpus(bool whole_job, char *a, char *b)
{
	char *env[] = { a, b, NULL };
	struct step_gpus ret;

	step_gpus_read(env, whole_job, &ret);
	return ret;
}

Test(step_gpu, none)
{
	static char *const bad[] = {
		"CUDA_VISIBLE_DEVICES=",
		"CUDA_VISIBLE_DEVICES=-1",
		"CUDA_VISIBLE_DEVICES=NoDevFiles",
		"CUDA_VISIBLE_DEVICES=0\n",
		"ROCR_VISIBLE_DEVICES=\xff",
		"SLURM_GPUS_ON_NODE=many",
		"SLURM_GPUS_ON_NODE=-1",
		"SLURM_GPUS_ON_NODE=99999",
		"SLURM_JOB_GPUS=0",
	};
	struct step_gpus none;

	step_gpus_read(NULL, false, &none);
	cr_assert_eq(none.count, 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		none = gpus(false, bad[i], NULL);
		cr_assert_eq(none.count, 0, "%s", bad[i]);
		cr_assert_str_eq(none.devices, "");
	}
}

Test(step_gpu, what_slurm_gave_counts_more)
{
	struct step_gpus some;

	some = gpus(false, "CUDA_VISIBLE_DEVICES=0,1", "SLURM_STEP_GPUS=2,3");
	cr_assert_eq(some.count, 2);
	cr_assert_str_eq(some.devices, "2,3");
	some = gpus(true, "SLURM_STEP_GPUS=2,3", "SLURM_JOB_GPUS=1");
	cr_assert_eq(some.count, 1);
	cr_assert_str_eq(some.devices, "1");
	some = gpus(false, "ROCR_VISIBLE_DEVICES=GPU-a/b:1",
		    "SLURM_GPUS_ON_NODE=3");
	cr_assert_eq(some.count, 3);
	cr_assert_str_eq(some.devices, "GPU-a/b:1");
	some = gpus(false, "SLURM_GPUS_ON_NODE=2", NULL);
	cr_assert_eq(some.count, 2);
	cr_assert_str_eq(some.devices, "");
}
