/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What unit tests share: text that ends at an unreadable page, so that a read
 * past its bound crashes, and numbers that are random but the same each run.
 */
#ifndef OTEL_TESTS_SUPPORT_H
#define OTEL_TESTS_SUPPORT_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/*
 * len bytes whose last is followed by an unreadable page.  No NUL is added.
 * Never freed: a test is a process.  NULL when there is no memory.
 */
static inline char *guarded_alloc(size_t len)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	const size_t size = (len + page - 1) / page * page;
	char *p = mmap(NULL, size + page, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED || mprotect(p + size, page, PROT_NONE) != 0)
		return NULL;
	return p + size - len;
}

static inline char *guarded_copy(const char *data, size_t len)
{
	char *p = guarded_alloc(len);

	return p ? memcpy(p, data, len) : NULL;
}

/* splitmix64 (Steele, Lea, Flood, 2014); *state is the seed. */
static inline uint64_t next_random(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

/* 0 to below - 1 */
static inline size_t random_below(uint64_t *state, size_t below)
{
	return (size_t)(next_random(state) % below);
}

static inline void random_bytes(uint64_t *state, void *ret, size_t len)
{
	uint8_t *p = ret;

	for (size_t i = 0; i < len; i++)
		p[i] = (uint8_t)next_random(state);
}

#endif
