/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Single values out of a slurm.conf as people write them. */
#include "host/slurm_conf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "temp_dir.h"

static struct temp_dir dir;
static struct err err;
static char value[64];

static void put(const char *name, const char *text)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", dir.path, name);
	file = fopen(path, "w");
	cr_assert_not_null(file);
	fputs(text, file);
	fclose(file);
}

static void start(void)
{
	char path[128];

	temp_dir_make(&dir);
	snprintf(path, sizeof(path), "%s/slurm.conf", dir.path);
	setenv("SLURM_CONF", path, 1);
	value[0] = '\0';
}

static void stop(void)
{
	temp_dir_remove(&dir);
}

TestSuite(slurm_conf, .init = start, .fini = stop);

static void expect(const char *text, const char *want)
{
	int found;

	put("slurm.conf", text);
	found = slurm_conf_value("SlurmUser", value, sizeof(value), &err);
	cr_assert_eq(found, want ? 1 : 0, "%s: %d %s", text, found, err.msg);
	if (want)
		cr_assert_str_eq(value, want, "%s: %s", text, value);
}

Test(slurm_conf, finds_the_value_however_it_is_written)
{
	expect("SlurmUser=slurm\n", "slurm");
	expect("slurmuser = slurm # who\n", "slurm");
	expect("SlurmUser=\"slurm\"", "slurm");
	expect("SlurmctldHost=c1 SlurmUser=slurm Foo=1\n", "slurm");
	expect("SlurmctldHost=c1 \\\n  SlurmUser=slurm\n", "slurm");
	expect("SlurmdUser=root\nSlurmUser=slurm\nSlurmUser=other\n", "slurm");
}

Test(slurm_conf, is_not_misled)
{
	expect("", NULL);
	expect("#SlurmUser=slurm\n", NULL);
	expect("MySlurmUser=slurm\n", NULL);
	expect("SlurmUserX=slurm\n", NULL);
	expect("Comment=a,SlurmUser=slurm\n", NULL);
	expect("SlurmUser\n", NULL);
}

Test(slurm_conf, follows_includes_and_not_for_ever)
{
	put("more.conf", "SlurmUser=included\n");
	expect("Include more.conf\n", "included");
	put("loop.conf", "include loop.conf\n");
	expect("include loop.conf\nSlurmUser=slurm\n", "slurm");
	put("slurm.conf", "include missing.conf\n");
	cr_assert_eq(slurm_conf_value("SlurmUser", value, sizeof(value), &err),
		     -1);
	cr_assert(strstr(err.msg, "missing.conf"));
}

Test(slurm_conf, too_long_a_value_is_an_error)
{
	char text[256] = "SlurmUser=";

	memset(text + strlen(text), 'x', 100);
	put("slurm.conf", text);
	cr_assert_eq(slurm_conf_value("SlurmUser", value, sizeof(value), &err),
		     -1);
}

Test(slurm_conf, cluster_is_in_lowercase)
{
	put("slurm.conf", "ClusterName=Demo\n");
	slurm_conf_cluster(value, sizeof(value));
	cr_assert_str_eq(value, "demo");
}
