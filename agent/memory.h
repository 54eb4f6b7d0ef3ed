/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Gives memory back that only the start needed. */
#ifndef OTEL_AGENT_MEMORY_H
#define OTEL_AGENT_MEMORY_H

/*
 * Lets go of the pages of programs and libraries that the dynamic linker and
 * the set-up touched: libcurl brings some thirty libraries, most of them never
 * used again.  What is needed later comes back from the page cache.  To be
 * called once everything is set up; never fails.
 */
void memory_release_code(void);

#endif
