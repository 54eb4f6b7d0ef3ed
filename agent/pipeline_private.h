/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The inside of the pipeline: its states, and what its four files do for each
 * other.  pipeline.c has its life and decides, pipeline_read.c takes batches
 * out of the spool, pipeline_send.c settles them with a receiver, and
 * pipeline_fan_out.c with each of them.
 */
#ifndef OTEL_AGENT_PIPELINE_PRIVATE_H
#define OTEL_AGENT_PIPELINE_PRIVATE_H

#include "log.h"
#include "outbox.h"
#include "pipeline.h"
#include "ranges.h"
#include "spool/spool.h"

/* After the spool could not be read, or the cursor not be moved. */
#define TROUBLE_PAUSE_MS 5000

enum state {
	IDLE,      /* nothing there when last looked */
	GATHERING, /* something is there; read it at wake_at */
	READING,
	SENDING, /* a batch is in hand */
	PAUSING, /* none is; go on reading at wake_at */
};

enum pause {
	PAUSE_WRITER,   /* one holds what comes next */
	PAUSE_TROUBLE,  /* with the spool */
	PAUSE_RECEIVER, /* every endpoint is in its backoff */
};

struct pipeline {
	const char *spool;
	int spool_fd;
	struct spool_reader *reader;
	struct comments *comments;
	struct pipeline_target target;
	enum state state;
	enum pause pause; /* PAUSING */
	uint64_t wake_at; /* GATHERING, PAUSING */
	bool look_wanted; /* comments may be in what was not read yet */
	uint64_t look_at; /* for them; TIME_NEVER: not while this lasts */
	uint64_t look_not_before;
	bool held; /* SENDING in part, and every endpoint is in its backoff */
	struct outbox outbox;
	bool has_pending;            /* read, and too much for the outbox */
	struct spool_record pending; /* the next batch begins with it */
	size_t lane;  /* SENDING to all: the endpoint whose turn it is */
	bool drained; /* the batch in hand is all that the spool had */
	struct ranges ranges;
	bool touched;      /* a part of the batch in hand is settled */
	bool refused_some; /* of it */
	unsigned uncommitted;
	bool to_commit; /* segment and end are set */
	uint64_t segment, end;
	uint64_t seen_segment, seen_end; /* up to here take_aside has been */
	int refused_fd;                  /* -1: not open */
	struct metrics_queue counted;
	struct log_cause reading, committing, refusing, keeping, diverting;
	bool said_unknown;
};

/* Moves the cursor past what is settled.  Returns -1 when that could not be
 * done, which it has logged. */
int pipeline_commit(struct pipeline *pipeline);
/* The same without a flush: what it does outlives a crash of ours, and not one
 * of the host. */
void pipeline_mark(struct pipeline *pipeline);
/* Commits, goes back to the cursor, lets go of what the reader held. */
void pipeline_put_back(struct pipeline *pipeline);
/* What was read is settled, to its end: the cursor may move there. */
void pipeline_settle(struct pipeline *pipeline);
/* The spool was emptied: commits, and waits for the next BatchTimeout to gather
 * what came meanwhile, if anything did.  Returns what pipeline_step returns. */
uint64_t pipeline_rest(struct pipeline *pipeline, uint64_t now);
/* Pauses; returns until. */
uint64_t pipeline_pause(struct pipeline *pipeline, enum pause pause,
			uint64_t until);
/* When to look for comments while no receiver takes spans: at the earliest. */
void pipeline_plan_look(struct pipeline *pipeline, uint64_t at);

/* Sends what is on top of the ranges, and takes it off if it is settled. */
void pipeline_send_range(struct pipeline *pipeline, struct endpoint *endpoint);
/* Sets it aside in bad/, and takes it off. */
void pipeline_refuse(struct pipeline *pipeline, struct endpoint *endpoint,
		     const char *why);
/* Does one thing for the batch in hand, for one endpoint after the other.
 * Returns false when nothing can be done now. */
bool pipeline_fan_out(struct pipeline *pipeline);

/* The steps; they return what pipeline_step returns. */
uint64_t pipeline_read(struct pipeline *pipeline, uint64_t now);
uint64_t pipeline_send(struct pipeline *pipeline, uint64_t now);
/* Takes the comments out of the whole spool, unless a signal comes, and puts
 * it back. */
void pipeline_look(struct pipeline *pipeline, uint64_t now);

#endif
