/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Makes text from the network fit for one line of a log.
 */
#ifndef OTEL_OTLP_TEXT_CLEAN_H
#define OTEL_OTLP_TEXT_CLEAN_H

#include <stddef.h>

/* Characters kept of a receiver's message. */
#define TEXT_CLEAN_CHARS 200
#define TEXT_CLEAN_SIZE (4 * TEXT_CLEAN_CHARS + 1)

/*
 * Writes at most TEXT_CLEAN_CHARS characters of text to ret (TEXT_CLEAN_SIZE
 * bytes): ill-formed UTF-8 repaired, control characters (C0, DEL, C1) and the
 * ends of lines turned into single blanks, none at either end.
 */
void text_clean(const void *text, size_t len, char *ret);

#endif
