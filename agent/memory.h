/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Gives memory back that only the start needed. */
#ifndef OTEL_AGENT_MEMORY_H
#define OTEL_AGENT_MEMORY_H

/*
 * Lets go of the pages of programs and libraries that the dynamic linker, the
 * set-up and a TLS handshake touched: libcurl brings some thirty libraries,
 * most of them never used again.  What is needed comes back from the page
 * cache.  Never fails; takes some tens of microseconds.
 */
void memory_release_code(void);

#endif
