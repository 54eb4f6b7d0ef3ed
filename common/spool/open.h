/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * open/: one file for each step that runs, with the beginning of its span.
 * Whoever writes it holds an exclusive flock on it for as long as the step
 * lives, so that the kernel itself tells of a death: the lock is gone, and the
 * close is an IN_CLOSE_WRITE for whoever watches open/.  A step that ends as it
 * should takes the name away first, and with IN_EXCL_UNLINK is not heard of.
 *
 * A file is one record as spool.h draws it, of kind SPOOL_OPEN; its payload is
 * BOOT_ID_SIZE bytes of the kernel's boot id (zeros: not known) and a
 * serialised opentelemetry Span that ends where it starts.  The file's mtime is
 * the last moment at which the step is known to have lived.
 *
 * States, who holds each, and what a crash leaves in it:
 *
 * - `.<name>.<pid>` (writer: exclusive flock): swept when OPEN_SWEEP_S old
 * - `.free.<n>` (nobody; a writer that fills it: exclusive flock): stays; a few
 *   such files are kept from ended steps, to be used again
 * - `<name>`, locked (the step's slurmstepd): the lock goes: an orphan
 * - `<name>`, not locked (nobody): the agent appends the closed span, then
 *   unlinks
 *
 * A writer that dies after it appended the span of the ended step and before it
 * unlinked, or an agent that dies between the two, leaves a record whose span
 * id was delivered already; it is delivered once more.
 */
#ifndef OTEL_SPOOL_OPEN_H
#define OTEL_SPOOL_OPEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/buf.h"
#include "util/err.h"

#define OPEN_DIR "open"
#define OPEN_NAME_SIZE 64 /* of a record's name, with its NUL */
#define OPEN_SPARE ".free."
#define OPEN_SWEEP_S 60
#define BOOT_ID_SIZE 16

/*
 * Opens open/ of a spool, and makes it (mode 0700, whatever the umask) where it
 * is missing.  As root it is given to the spool's owner while it is empty.
 * Never follows a link; refuses what is no directory, belongs to neither the
 * spool's owner nor us, or can be written by others.  Returns a descriptor, or
 * -1 with err, errno kept.
 */
int open_dir(int spool_fd, struct err *err);

/* The id of this boot (random(4)); zeros where it can not be read. */
void boot_id_read(uint8_t *ret);

/* ---- writer: slurmstepd ------------------------------------------------ */

struct open_record {
	bool made; /* the rest is valid; zeroed: there is none */
	int dir_fd, fd;
	uint64_t touched_s;
	char name[OPEN_NAME_SIZE];
};

/*
 * Writes the record `name` (letters, digits, '.', not at its beginning) and
 * keeps it locked; it replaces one of that name.  sync: fdatasync it.
 * Microseconds, never waits.  Returns 0 with *ret, which open_record_remove
 * ends, or -1 with err and nothing left behind.
 */
int open_record_make(int spool_fd, const char *name, bool sync, uint32_t job_id,
		     const void *span, size_t len, struct open_record *ret,
		     struct err *err);

/* The step lives: sets the mtime, once a second at most. */
void open_record_touch(struct open_record *record);

/* The step has ended: unlinks, if it is still ours, and closes.  Fine without
 * a record. */
void open_record_remove(struct open_record *record);

/* ---- reader: the agent ------------------------------------------------- */

enum open_state {
	OPEN_GONE,  /* removed meanwhile */
	OPEN_ALIVE, /* somebody holds its lock */
	OPEN_PASS,  /* being written, or that was cut short just now; a spare */
	OPEN_STALE, /* its writing was cut short, long ago */
	OPEN_ORPHAN, /* its writer is dead: *ret is filled */
	OPEN_BAD,    /* nothing that a writer could have left; err says what */
};

struct open_orphan {
	uint32_t job_id;
	uint8_t boot_id[BOOT_ID_SIZE];
	uint64_t touched_ns; /* mtime, Unix ns */
	const uint8_t *span; /* into the buffer */
	size_t len;
};

/*
 * Looks at one name in open/ (dir_fd) without waiting and without an
 * IN_CLOSE_WRITE of its own.  buffer is the caller's, for reuse.  Returns an
 * enum open_state, or -1 with err when it can not be told (no memory, no
 * descriptor, a failing disk).
 */
int open_record_look(int dir_fd, const char *name, struct buf *buffer,
		     struct open_orphan *ret, struct err *err);

/* Removes whatever has that name, an empty directory too. */
int open_remove(int dir_fd, const char *name, struct err *err);

#endif
