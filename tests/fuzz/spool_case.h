/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How an input of fuzz_spool_reader is made up, for the target and for the
 * program that makes its seeds.
 *
 *   0  u8  how to read: bits 0 and 1, enum spool_case_way; bits 2 to 4, commit
 *          after so many records and one; bit 5, each other commit without
 *          a flush
 *   then files, each
 *   0  u8  which: bits 0 to 2, the table spool_case_files; bit 7: make its
 *          checksums right, which no mutation of bytes would ever find
 *   1  u24 little-endian, bytes of it; the last may be cut short
 *   4      the bytes
 */
#ifndef OTEL_TESTS_FUZZ_SPOOL_CASE_H
#define OTEL_TESTS_FUZZ_SPOOL_CASE_H

#include <stdint.h>

enum spool_case_way {
	SPOOL_CASE_READ,
	SPOOL_CASE_REWIND,  /* once, in the middle */
	SPOOL_CASE_RESTART, /* a new reader in the middle */
	SPOOL_CASE_TRIM,    /* all is dropped */
};

#define SPOOL_CASE_REPAIR 0x80
#define SPOOL_CASE_WHICH 0x07
#define SPOOL_CASE_COMMIT_SHIFT 2
#define SPOOL_CASE_COMMIT_MASK 7
#define SPOOL_CASE_MARK 0x20

/* The numbers that inputs hold. */
enum spool_case_file {
	SPOOL_CASE_CURRENT,
	SPOOL_CASE_SEGMENT_1,
	SPOOL_CASE_SEGMENT_2,
	SPOOL_CASE_SEGMENT_7,
	SPOOL_CASE_SEGMENT_LAST,
	SPOOL_CASE_CURSOR,
	SPOOL_CASE_DROPPED,
	SPOOL_CASE_CURSOR_TMP,
};

#endif
