/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What slurmctld's two hooks write and note, with a fake job record behind
 * job_view.h: on every version, also those whose Slurm knows no start.
 */
#include "jobcomp/recorder.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "jobcomp/log.h"
#include "proto/otlp.pb-c.h"
#include "spool/spool.h"
#include "temp_dir.h"

#define IDS "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-"
#define TRACE_COMMENT "trace_id=0af7651916cd43dd8448eb211c80319c"

static struct temp_dir dir;
static struct config config;
static struct recorder recorder = RECORDER_INIT;
static struct job_record *job = (struct job_record *)0x2a;

/* The record: what job_view_fill() says of it, what was done to it. */
static struct job_view view;
static char comment[128];
static struct start_note note;
static bool other_layout, has_epilogs = true;
static int reads, errors, notes;

int job_view_verify(struct job_record *record, struct err *err)
{
	cr_assert_eq(record, job);
	return other_layout ? err_set(err, "another layout") : 0;
}

void job_view_fill(struct job_record *record, enum job_comment field,
		   struct job_view *ret)
{
	(void)field;
	cr_assert_eq(record, job);
	reads++;
	*ret = view;
	ret->wait_told = note.wait_told;
	ret->comment = *comment ? comment : NULL;
}

bool job_view_set_comment(struct job_record *record, enum job_comment field,
			  const char *text)
{
	(void)record;
	snprintf(comment, sizeof(comment), "%s", text);
	return field == JOB_COMMENT_ADMIN;
}

void job_view_note_start(struct job_record *record,
			 const struct start_note *what)
{
	(void)record;
	note = *what;
	notes++;
}

void job_view_tell_epilogs(struct job_record *record, const char *name,
			   const char *value)
{
	(void)record;
	(void)name;
	(void)value;
}

bool job_view_has_epilogs(void)
{
	return has_epilogs;
}

void job_view_set_told(struct job_record *record)
{
	(void)record;
}

const char *job_view_cluster(void)
{
	return "demo";
}

void slurm_error(const char *format, ...)
{
	(void)format;
	errors++;
}

void slurm_info(const char *format, ...)
{
	(void)format;
}

static void start(void)
{
	const time_t now = time(NULL);
	char path[128];

	temp_dir_make(&dir);
	cr_assert_eq(fchmod(dir.fd, 0755), 0);
	snprintf(path, sizeof(path), "%s/slurmctld", dir.path);
	cr_assert_eq(mkdir(path, 0700), 0);
	sampler_parse("parentbased_always_on", &config.sampler);
	config.enabled = true;
	config.spool_dir = dir.path;
	config.spool_max_size = 1 << 20;
	config.attribute_count_limit = 128;
	config.job_comment = JOB_COMMENT_ADMIN;
	recorder.config = &config;
	view = (struct job_view){
		.job_id = 42,
		.cluster = "demo",
		.state = "RUNNING",
		.nodelist = "n1",
		.submit = now - 10,
		.eligible = now - 10,
		.start = now,
		.end_time = now + 3600,
		.context = IDS "01",
	};
}

static void stop(void)
{
	temp_dir_remove(&dir);
}

TestSuite(recorder, .init = start, .fini = stop);

static void end(void)
{
	view.end = JOB_ENDED;
	view.state = "COMPLETED";
	view.end_time = view.start;
	recorder_job_end(&recorder, job);
}

/* Names of the spans in the spool, a blank behind each. */
static const char *written(void)
{
	static char names[256];
	struct spool_record record;
	struct spool_reader *reader;
	struct err err;
	char path[128];
	int fd;

	names[0] = '\0';
	snprintf(path, sizeof(path), "%s/slurmctld", dir.path);
	fd = spool_open_dir(path, false, (uid_t)-1, (gid_t)-1, &err);
	cr_assert_geq(fd, 0, "%s", err.msg);
	reader = spool_reader_create(fd, &err);
	while (spool_read(reader, &record, &err) == 1) {
		Otlp__Span *span =
			otlp__span__unpack(NULL, record.len, record.payload);

		strcat(strcat(names, span->name), " ");
		otlp__span__free_unpacked(span, NULL);
	}
	spool_reader_destroy(reader);
	close(fd);
	return names;
}

Test(recorder, end_alone_tells_all)
{
	end();
	cr_assert_str_eq(written(), "slurm.phase.queued slurm.job ");
	cr_assert_str_eq(comment, TRACE_COMMENT);
	cr_assert_eq(notes, 0);
}

Test(recorder, start_tells_the_wait_and_the_end_the_rest)
{
	recorder_job_start(&recorder, job);
	cr_assert_str_eq(written(), "slurm.phase.queued ");
	cr_assert_str_eq(comment, TRACE_COMMENT);
	cr_assert(note.wait_told && note.comment_shown);
	end();
	cr_assert_str_eq(written(), "slurm.phase.queued slurm.job ");
	cr_assert_eq(errors, 0);
}

Test(recorder, a_comment_that_shows_a_trace_is_left_alone)
{
	strcpy(comment, "ticket " TRACE_COMMENT);
	recorder_job_start(&recorder, job);
	cr_assert_str_eq(comment, "ticket " TRACE_COMMENT);
	cr_assert(note.comment_shown);
}

Test(recorder, without_a_field_for_it_the_prolog_is_not_told_of_a_comment)
{
	config.job_comment = JOB_COMMENT_EXTRA;
	recorder_job_start(&recorder, job);
	cr_assert(note.wait_told && !note.comment_shown);
	config.job_comment = JOB_COMMENT_NONE;
	comment[0] = '\0';
	recorder_job_start(&recorder, job);
	cr_assert_not(note.comment_shown);
	cr_assert_str_eq(comment, "");
}

/* The end writes it, or says that it is lost. */
Test(recorder, what_the_start_can_not_write_is_left_to_the_end)
{
	config.spool_dir = "/nowhere";
	recorder_job_start(&recorder, job);
	cr_assert_not(note.wait_told);
	cr_assert_eq(errors, 0);
	config.spool_dir = dir.path;
	end();
	cr_assert_str_eq(written(), "slurm.phase.queued slurm.job ");
}

/* The note goes over what the user may have put there. */
Test(recorder, nothing_is_told_before_it_is_known_whether_the_job_is_kept)
{
	view.context = IDS "00";
	config.sample_errors = true;
	note = (struct start_note){ true, true };
	recorder_job_start(&recorder, job);
	cr_assert_str_eq(written(), "");
	cr_assert_str_eq(comment, "");
	cr_assert(notes == 1 && !note.wait_told && !note.comment_shown);
	view.exit_code = 256;
	end();
	cr_assert_str_eq(written(), "slurm.phase.queued slurm.job ");
}

Test(recorder, spans_are_handed_to_epilogs_where_some_run)
{
	view.context = IDS "00";
	view.steps_left = true;
	config.sample_errors = true;
	end();
	cr_assert_str_eq(written(), "");
	has_epilogs = false;
	end();
	cr_assert_str_eq(written(), "slurm.phase.queued slurm.job ");
}

Test(recorder, a_start_that_is_taken_back_is_told_again)
{
	recorder_job_start(&recorder, job);
	view.end = JOB_START_UNDONE;
	recorder_job_end(&recorder, job);
	cr_assert_not(note.wait_told);
	view.end = JOB_NOT_ENDED;
	recorder_job_start(&recorder, job);
	cr_assert(note.wait_told);
	end();
	cr_assert_str_eq(written(),
			 "slurm.phase.queued slurm.phase.queued slurm.job ");
}

Test(recorder, a_resize_is_nothing)
{
	recorder_job_start(&recorder, job);
	recorder_job_end(&recorder, job);
	cr_assert_str_eq(written(), "slurm.phase.queued ");
	cr_assert(note.wait_told);
}

Test(recorder, another_layout_is_read_by_neither_hook)
{
	other_layout = true;
	recorder_job_start(&recorder, job);
	other_layout = false;
	recorder_job_end(&recorder, job);
	recorder_job_start(&recorder, job);
	cr_assert_eq(reads, 0);
	cr_assert_eq(errors, 1, "said once");
	cr_assert_str_eq(written(), "");
}

Test(recorder, disabled_it_does_nothing)
{
	config.enabled = false;
	recorder_job_start(&recorder, job);
	end();
	cr_assert_eq(reads, 0);
	cr_assert_str_eq(written(), "");
}
