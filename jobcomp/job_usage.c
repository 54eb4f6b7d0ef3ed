/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Attributes of what a job had and for how long; see job_usage.h. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* memrchr */
#endif

#include "jobcomp/job_usage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "span/attrs.h"

#define GPUS_MAX 1e9 /* more is no number of GPUs */

/* The amount behind a TRES name: memory and the like come with a suffix and
 * are given in bytes, as OpenTelemetry wants sizes. */
static double tres_amount(const char *text)
{
	static const char suffixes[] = "KMGTPE";
	char *end;
	double amount = strtod(text, &end);
	const char *suffix = *end ? strchr(suffixes, *end) : NULL;

	for (; suffix && suffix >= suffixes; suffix--)
		amount *= 1024;
	return amount;
}

struct gpus {
	double all;    /* "gres/gpu" */
	double models; /* "gres/gpu:a100" and the like, together */
};

/* A site may have Slurm track GPUs, models of GPUs, or both. */
static void count_gpus(const char *tres, double amount, struct gpus *gpus)
{
	if (!strcmp(tres, "gres/gpu"))
		gpus->all = amount;
	else if (!strncmp(tres, "gres/gpu:", strlen("gres/gpu:")))
		gpus->models += amount;
}

/* "cpu=4,mem=8G,node=2,billing=4,gres/gpu=2": one attribute each.  Returns the
 * number of GPUs. */
static double set_tres(struct span *span, const char *tres)
{
	char copy[1024], key[256], *save = NULL;
	struct gpus gpus = { 0 };

	if (!tres || strlen(tres) >= sizeof(copy))
		return 0;
	strcpy(copy, tres);
	for (char *item = strtok_r(copy, ",", &save); item;
	     item = strtok_r(NULL, ",", &save)) {
		char *text = strchr(item, '=');
		double amount;

		if (!text)
			continue;
		*text++ = '\0';
		amount = tres_amount(text);
		snprintf(key, sizeof(key), ATTR_TRES_ALLOC_PREFIX "%s", item);
		span_set_double(span, key, amount);
		count_gpus(item, amount, &gpus);
	}
	return gpus.all > 0 ? gpus.all : gpus.models;
}

/* "gpu:a100:2,shard:4,gpu:1".  Without slurmdbd Slurm knows no gres/gpu. */
static double gpus_of_gres(const char *gres)
{
	double gpus = 0;

	while (gres && *gres) {
		const size_t len = strcspn(gres, ",");
		const char *count = memrchr(gres, ':', len);

		if (count && !strncmp(gres, "gpu:", strlen("gpu:")))
			gpus += (double)strtoul(count + 1, NULL, 10);
		gres += len + (gres[len] == ',');
	}
	return gpus;
}

/* What ran, without the time it was suspended. */
static double hours(const struct job_view *view)
{
	double seconds = view->start ? difftime(view->end_time, view->start) -
					       (double)view->suspended
				     : 0;

	return seconds > 0 ? seconds / 3600 : 0;
}

static void set_cost(struct span *span, const struct config *config,
		     double cpu_hours, double gpu_hours)
{
	if (config->cost_per_cpu_hour > 0 || config->cost_per_gpu_hour > 0)
		span_set_double(span, ATTR_JOB_COST,
				cpu_hours * config->cost_per_cpu_hour +
					gpu_hours * config->cost_per_gpu_hour);
}

void job_usage_add(struct span *span, const struct config *config,
		   const struct job_view *view)
{
	double gpus = set_tres(span, view->tres_alloc);
	double cpu_hours, gpu_hours;

	if (gpus <= 0)
		gpus = gpus_of_gres(view->gres);
	if (gpus > GPUS_MAX)
		gpus = 0;
	cpu_hours = view->cpus * hours(view);
	gpu_hours = gpus * hours(view);
	if (view->cpus)
		span_set_double(span, ATTR_JOB_CPU_HOURS, cpu_hours);
	if (gpus > 0) {
		span_set_int(span, ATTR_GPU_COUNT, (int64_t)gpus);
		span_set_double(span, ATTR_JOB_GPU_HOURS, gpu_hours);
	}
	if (view->suspended > 0)
		span_set_double(span, ATTR_JOB_SUSPENDED_TIME,
				(double)view->suspended);
	set_cost(span, config, cpu_hours, gpu_hours);
}
