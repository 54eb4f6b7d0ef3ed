/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which Slurm a plugin is for: read from files sound and broken, and held
 * against the Slurm beside it. */
#include "cli/check_plugins.h"
#include "cli/plugin_version.h"

#include <link.h>

#include "config_support.h"
#include "fake_plugin.h"

#define FAKE "tests/unit/.libs/fake_plugin.so"
#define SLURM_22_05_8 0x160508u
#define SLURM_22_05_9 0x160509u
#define SLURM_24_11_5 0x180b05u

static unsigned char image[1024 * 1024];
static size_t image_size;

static char messages[4096];
static struct err err;

static void load_fake(void)
{
	FILE *file = fopen(FAKE, "r");

	cr_assert(file, "%s", FAKE);
	image_size = fread(image, 1, sizeof(image), file);
	fclose(file);
	cr_assert(image_size > sizeof(ElfW(Ehdr)) &&
		  image_size < sizeof(image));
}

/* Writes a plugin for that Slurm below the test's directory. */
static void make_plugin(const char *name, uint32_t version)
{
	const uint32_t old = FAKE_PLUGIN_VERSION;
	unsigned char *at;

	load_fake();
	at = memmem(image, image_size, &old, sizeof(old));
	cr_assert(at);
	memcpy(at, &version, sizeof(version));
	config_write_bytes(name, image, image_size);
}

static void note(const char *message, void *arg)
{
	(void)arg;
	strcat(strcat(messages, message), "\n");
}

/* With the test's directory as Slurm's. */
static int check(void)
{
	char conf[PATH_MAX + 64];

	snprintf(conf, sizeof(conf), "PluginDir=/nowhere:%s\n",
		 config_path("."));
	config_write("slurm.conf", conf);
	setenv("SLURM_CONF", config_path("slurm.conf"), 1);
	*messages = '\0';
	return check_plugins(note, NULL);
}

static int version_of(const char *name, uint32_t *ret)
{
	*err.msg = '\0';
	return plugin_version_read(config_path(name), ret, &err);
}

TestSuite(check_plugins, .timeout = 60);

Test(check_plugins, refuses_what_is_no_plugin)
{
	uint32_t version = 7;

	cr_assert_eq(version_of("none", &version), -1);
	cr_assert(strstr(err.msg, "No such file or directory"), "%s", err.msg);
	cr_assert_eq(version_of(".", &version), -1);
	config_write("empty", "");
	cr_assert_eq(version_of("empty", &version), -1);
	config_write("text", "#!/bin/sh\nthis is a longer text than a head of "
			     "an ELF file, and none at all\n");
	cr_assert_eq(version_of("text", &version), -1);
	cr_assert(strstr(err.msg, "is no plugin of this machine's Slurm"));
	mkfifo(config_path("fifo"), 0600);
	cr_assert_eq(version_of("fifo", &version), -1);
	/* a library without the symbol, and one for another machine */
	make_plugin("x", 1);
	memcpy(memmem(image, image_size, "plugin_version", 15), "q", 1);
	config_write_bytes("nameless", image, image_size);
	cr_assert_eq(version_of("nameless", &version), -1);
	make_plugin("x", 1);
	image[EI_DATA] ^= 3;
	config_write_bytes("foreign", image, image_size);
	cr_assert_eq(version_of("foreign", &version), -1);
	cr_assert_eq(version, 7);
}

Test(check_plugins, reads_the_version_without_running_it)
{
	char text[PLUGIN_VERSION_TEXT_SIZE];
	uint32_t version;

	make_plugin("plugin.so", SLURM_24_11_5);
	cr_assert_eq(version_of("plugin.so", &version), 0, "%s", err.msg);
	cr_assert_eq(version, SLURM_24_11_5);
	plugin_version_text(version, text);
	cr_assert_str_eq(text, "24.11.5");
	plugin_version_release_text(SLURM_22_05_8, text);
	cr_assert_str_eq(text, "22.05");
}

Test(check_plugins, survives_files_that_were_cut_off)
{
	uint32_t version = 0;

	make_plugin("x", SLURM_22_05_8);
	for (size_t size = 0; size < image_size; size += 97) {
		config_write_bytes("cut", image, size);
		if (version_of("cut", &version) == 0)
			cr_assert_eq(version, SLURM_22_05_8);
	}
}

/* Every field of the head and of the section headers in turn. */
Test(check_plugins, survives_offsets_that_lie)
{
	const unsigned char values[] = { 0, 1, 0x7f, 0xff };
	size_t sections, end;
	ElfW(Ehdr) head;
	uint32_t version;

	make_plugin("x", SLURM_22_05_8);
	memcpy(&head, image, sizeof(head));
	sections = head.e_shoff;
	end = sections + (size_t)head.e_shnum * sizeof(ElfW(Shdr));
	cr_assert_leq(end, image_size);
	for (size_t i = 16; i < end; i++) {
		unsigned char kept = image[i];

		if (i == sizeof(head))
			i = sections;
		kept = image[i];
		for (size_t v = 0; v < sizeof(values); v++) {
			image[i] = values[v];
			config_write_bytes("odd", image, image_size);
			version_of("odd", &version);
		}
		image[i] = kept;
	}
}

Test(check_plugins, has_nothing_to_say_without_slurm_or_plugins)
{
	cr_assert_eq(check(), 0, "%s", messages);
	make_plugin("select_cons_tres.so", SLURM_22_05_8);
	cr_assert_eq(check(), 0, "%s", messages);
	cr_assert_str_eq(messages, "");
}

Test(check_plugins, takes_what_slurm_takes)
{
	make_plugin("select_cons_tres.so", SLURM_22_05_8);
	make_plugin("spank_otel.so", SLURM_22_05_9);
	make_plugin("jobcomp_otel.so", SLURM_22_05_8);
	make_plugin("job_submit_otel.so", SLURM_22_05_8);
	cr_assert_eq(check(), 0, "%s", messages);
	cr_assert_eq(check_plugin_file(config_path("spank_otel.so")), 0);
}

Test(check_plugins, names_what_slurm_would_not_load)
{
	/* whichever of Slurm's own plugins is there */
	make_plugin("proctrack_linuxproc.so", SLURM_24_11_5);
	make_plugin("spank_otel.so", SLURM_22_05_8);
	make_plugin("jobcomp_otel.so", SLURM_24_11_5 - 1);
	make_plugin("job_submit_otel.so", SLURM_24_11_5);
	cr_assert_eq(check(), 2, "%s", messages);
	cr_assert(strstr(messages,
			 "spank_otel.so is for Slurm 22.05, but this is Slurm "
			 "24.11.5 (as "),
		  "%s", messages);
	cr_assert(strstr(messages,
			 "jobcomp_otel.so is for Slurm 24.11.4, but this is "
			 "Slurm 24.11.5 (as "),
		  "%s", messages);
	cr_assert_null(strstr(messages, "job_submit_otel.so"));
}

Test(check_plugins, names_a_plugin_that_can_not_be_read)
{
	make_plugin("select_cons_tres.so", SLURM_22_05_8);
	config_write("jobcomp_otel.so", "half a");
	cr_assert_eq(check(), 1);
	cr_assert(strstr(messages, "jobcomp_otel.so is no plugin"), "%s",
		  messages);
}
