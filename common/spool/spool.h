/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The spool: where a span waits, durably, between the hook that made it and
 * the receiver that accepts it.  One directory a writer daemon:
 *
 * - `current`: append-only log that hooks write to
 * - `segment.<20 digits>`: a log the agent (or a writer, when current is full)
 *   set aside by rename; read in the order of the numbers
 * - `cursor`: "<segment number> <offset>\n": everything before is delivered
 * - `dropped`: counters of what was lost, and why
 * - `agent.lock`: held by the one agent (flock)
 * - `rotate.lock`: held while current is set aside or segments are trimmed
 * - `open/`: a record for each step that runs: see open.h
 * - `hold/`: spans of jobs that are traced only if they fail: see hold.h
 * - `bad/`: what a receiver refused for good: a spool itself
 * - `behind/<16 hex>/`: what one of several endpoints has still to get, where
 *   every one gets every span: a spool itself, named after a hash of the
 *   endpoint's URL, with a bad/ of its own
 *
 * States, who holds each, and what a crash leaves in it:
 *
 * - record in current (writer: shared flock): a torn record, whose checksum
 *   fails; skipped, counted
 * - segment, new (agent: exclusive flock): read again from the cursor
 * - segment, partly read (the cursor points into it): read again from there
 * - segment, done (the cursor points past it): unlinked at the next start
 * - cursor.tmp (agent): overwritten at the next advance
 * - segment, counted as dropped (writer that trims: exclusive flock): its
 *   number stands in `dropped`; removed, not delivered
 * - open/<name> (slurmstepd: exclusive flock): the agent closes its span as
 *   lost, appends it, unlinks the record
 *
 * A writer never waits: the exclusive lock is only ever taken on a segment
 * that was renamed away first, so a writer that finds its file locked or gone
 * opens `current` again.
 *
 * Everything after which there may be more to read ends with the close of a
 * writable file, its lock let go before: an agent that watches the directory
 * with inotify needs IN_CLOSE_WRITE and no more.  A spool_read that finds
 * nothing causes no such event, so that it does not wake itself.
 *
 * A record is a header of SPOOL_HEADER_SIZE bytes, little-endian:
 *
 *   0  u32 magic "OTL1"     4  u8 version (1)   5  u8 kind   6  u16 zero
 *   8  u32 payload length  12  u32 job id      16  u64 Unix ns of writing
 *  24  u64 XXH3 of the bytes 0 to 23 and the payload
 *
 * and the payload.  A reader that meets anything else looks for the next
 * magic whose checksum holds, and counts the bytes between as torn.
 */
#ifndef OTEL_SPOOL_SPOOL_H
#define OTEL_SPOOL_SPOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "util/err.h"

#define SPOOL_HEADER_SIZE 32
#define SPOOL_PAYLOAD_MAX (1024 * 1024)
#define SPOOL_SEGMENTS                                                         \
	64 /* a segment is SpoolMaxSize / this, 64 KiB at least */

enum spool_kind {
	SPOOL_SPAN = 1,    /* a serialised opentelemetry Span */
	SPOOL_COMMENT = 2, /* a job whose comment wants its trace id */
	SPOOL_OPEN = 3,    /* in open/ only: a step that runs; see open.h */
	/* in hold/ only; see hold.h */
	SPOOL_HOLD_HEAD = 4,
	SPOOL_HOLD_ERROR = 5, /* a span whose status is Error */
	SPOOL_HOLD_LOST = 6,  /* a span for which there was no room */
	SPOOL_HOLD_BEGIN = 7, /* a step begins, and ... */
	SPOOL_HOLD_END = 8,   /* ... ends, having said all it had to */
	SPOOL_HOLD_ROOT = 9,  /* a span of slurmctld's: no failure by itself */
};

/* ---- directory ------------------------------------------------------- */

/*
 * Opens the spool directory `dir` (made with mode 0700 when make is set and
 * only its last component is missing).  Refuses a symbolic link, anything that
 * is not a directory, a directory that group or others can write, and one that
 * belongs to neither owner, root nor us.  When root makes it, it is given to
 * owner.  (uid_t)-1: to nobody, and any owner will do.  Returns a descriptor
 * (O_DIRECTORY | O_CLOEXEC), or -1 with err, errno kept (ENOENT: not there).
 */
int spool_open_dir(const char *dir, bool make, uid_t owner, gid_t group,
		   struct err *err);

/* ---- writer ---------------------------------------------------------- */

struct spool_options {
	uint64_t max_size; /* bytes of all segments and current; less than
			    * 128 KiB counts as that */
	bool sync;         /* fdatasync after each record */
	bool kept;         /* the caller keeps what could not be written, and
			    * tries again: that is not counted as a failure */
};

/*
 * Appends one record.  Never waits for a lock; microseconds.  Opens current
 * below dirfd (O_NOFOLLOW, a regular file with one link, mode 0600, owned by
 * the directory's owner or by us), takes the shared lock, checks that it still
 * is current, writes once, closes.  When current would outgrow a segment it is
 * set aside first, and the oldest segments beyond max_size are removed and
 * counted in `dropped`; a segment that the agent is just delivering is passed
 * over.  As root it gives new files to the directory's owner.
 * Returns 0, or -1 with err, errno kept; the record is then lost, counted where
 * the disk allows it, and the caller logs it.  Any process, any thread.
 */
int spool_append(int dirfd, const struct spool_options *options,
		 enum spool_kind kind, uint32_t job_id, const void *payload,
		 size_t len, struct err *err);

/* What spool_append_all writes. */
struct spool_entry {
	enum spool_kind kind;
	uint32_t job_id;
	const void *payload;
	size_t len;
};

#define SPOOL_APPEND_MAX 8

/*
 * Appends up to SPOOL_APPEND_MAX records as spool_append does one, for the
 * price of one: a single write.  When that is cut short by a full disk, the
 * records before the cut may be delivered although -1 is returned; all of them
 * are counted as failed.
 */
int spool_append_all(int dirfd, const struct spool_options *options,
		     const struct spool_entry *entries, size_t n,
		     struct err *err);

/*
 * Makes durable what was appended with `sync` off: current, the segments with
 * a number above `after`, and the directory.  *ret_last is the number to pass
 * as `after` the next time (0 the first time): segments up to it get no more
 * records.  Returns 0, or -1 with err.
 */
int spool_sync(int dirfd, uint64_t after, uint64_t *ret_last, struct err *err);

/* ---- reader: the agent only ------------------------------------------ */

struct spool_record {
	enum spool_kind kind; /* may be one unknown to this version */
	uint32_t job_id;
	uint64_t time_ns;
	const uint8_t *payload; /* borrowed until the next spool_read or
				 * spool_rewind */
	size_t len;
	uint64_t segment; /* where it ends: what spool_commit takes */
	uint64_t end;
};

struct spool_reader;

/*
 * Opens the reader and restores the cursor (a missing or damaged cursor means
 * the oldest segment's beginning: repeats are harmless).  Takes no lock itself;
 * see spool_lock.  Returns NULL with err.  dirfd stays the caller's and must
 * outlive the reader.
 */
struct spool_reader *spool_reader_create(int dirfd, struct err *err);
void spool_reader_destroy(struct spool_reader *reader);

/*
 * Reads the next undelivered record.  When all segments are read and current
 * holds something, current is set aside and read.  A segment is read through
 * a buffer of 64 KiB at least and a record at most, never whole.  What was read
 * and not committed is locked against trimming.  With 32 segments of it
 * current is left alone, with 256 nothing more is read, until a commit.
 * Returns 1 with *ret, 0 when there is nothing (now), -1 with err.
 */
int spool_read(struct spool_reader *reader, struct spool_record *ret,
	       struct err *err);

/*
 * Marks everything up to and including the record that ends at (segment, end)
 * as delivered, durably (temporary file, fsync, rename, fsync of the
 * directory), and unlinks finished segments.  Returns -1 with err when that
 * could not be made durable; the records may then be delivered again.
 */
int spool_commit(struct spool_reader *reader, uint64_t segment, uint64_t end,
		 struct err *err);

/*
 * The same without flushing: it stands against a kill of the process, but a
 * failure of power may undo it.  Cheap enough for every batch; a spool_commit
 * of the same place makes it durable.
 */
int spool_mark(struct spool_reader *reader, uint64_t segment, uint64_t end,
	       struct err *err);

/* True when the last spool_read returned 0 because a writer still held what
 * comes next.  It ends with an IN_CLOSE_WRITE; but when a writer is killed,
 * that comes an instant before its lock is gone, so look again within a second.
 */
bool spool_blocked(const struct spool_reader *reader);

/* Goes back to the cursor: what was read and not committed is read again, and
 * may be trimmed until then.  For an agent that waits before it tries again. */
int spool_rewind(struct spool_reader *reader, struct err *err);

/* Takes agent.lock.  Returns its descriptor, which the caller keeps open, or
 * -1 with err and *ret_held true when another agent holds it; which it finds
 * out after 20 ms. */
int spool_lock(int dirfd, bool *ret_held, struct err *err);

/* Does an agent hold agent.lock?  Any process that may read the directory; it
 * wakes no agent, and keeps none that is just starting from the lock. */
bool spool_is_held(int dirfd);

/* ---- what the spool holds, and what was lost -------------------------- */

struct spool_stats {
	uint64_t bytes;    /* all segments and current, undelivered or not */
	uint64_t segments; /* current included when not empty */
	uint64_t dropped_records; /* removed because max_size was reached */
	uint64_t dropped_bytes;
	uint64_t torn_bytes; /* skipped while reading */
	uint64_t torn_runs;  /* how often */
	uint64_t
		failed_records; /* could not be written: disk full, too large */
};

/* Reads the figures; any process that may open the directory. */
int spool_stats(int dirfd, struct spool_stats *ret, struct err *err);

#endif
