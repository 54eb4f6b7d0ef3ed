/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The comments that wait; see comment_list.h. */
#include "comment_list.h"

#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "comments.h"
#include "span/comment.h"

/* Cuts the next line off; NULL when there is none. */
static char *cut_line(char **text)
{
	char *line = *text, *end = strchr(line, '\n');

	if (!end)
		return NULL;
	*end = '\0';
	*text = end + 1;
	return line;
}

static struct comment *parse(const struct spool_record *record)
{
	struct comment *comment;
	char *rest;

	if (!record->len || record->len > COMMENT_REQUEST_MAX)
		return NULL;
	comment = calloc(1, sizeof(*comment) + record->len + 1);
	if (!comment)
		return NULL;
	memcpy(comment->text, record->payload, record->len);
	rest = comment->text;
	comment->job_id = record->job_id;
	comment->context = cut_line(&rest);
	comment->cluster = comment->context ? cut_line(&rest) : NULL;
	if (comment->cluster && *comment->context)
		return comment;
	free(comment);
	return NULL;
}

static void remove_job(struct comment_list *list, uint32_t job_id)
{
	for (struct comment *c = list->first; c; c = c->next)
		if (c->job_id == job_id) {
			comment_list_remove(list, c);
			return;
		}
}

struct comment *comment_list_add(struct comment_list *list,
				 const struct spool_record *record,
				 uint64_t now)
{
	struct comment *comment = parse(record), **last;

	if (!comment)
		return NULL;
	remove_job(list, comment->job_id);
	if (list->n >= COMMENTS_MAX) {
		free(comment);
		return NULL;
	}
	comment->since = now;
	for (last = &list->first; *last; last = &(*last)->next)
		;
	*last = comment;
	list->n++;
	return comment;
}

struct comment *comment_list_due(const struct comment_list *list, uint64_t now,
				 uint64_t *ret_next)
{
	uint64_t next = TIME_NEVER;

	for (struct comment *c = list->first; c; c = c->next) {
		if (c->not_before <= now)
			return c;
		next = time_earlier(next, c->not_before);
	}
	*ret_next = next;
	return NULL;
}

void comment_list_remove(struct comment_list *list, struct comment *comment)
{
	for (struct comment **c = &list->first; *c; c = &(*c)->next)
		if (*c == comment) {
			*c = comment->next;
			list->n--;
			free(comment);
			return;
		}
}

void comment_list_clear(struct comment_list *list)
{
	while (list->first)
		comment_list_remove(list, list->first);
}
