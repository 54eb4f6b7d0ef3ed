/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Gives back what the start touched; see memory.h. */
#include "config.h"

#include "memory.h"

#include <link.h>
#include <malloc.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

/* Only segments that nobody can have written to: their pages are those of the
 * file, and dropping them loses nothing. */
static int release(struct dl_phdr_info *info, size_t size, void *arg)
{
	const uintptr_t mask = *(const uintptr_t *)arg;

	(void)size;
	for (size_t i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
		uintptr_t start = info->dlpi_addr + segment->p_vaddr;
		uintptr_t end = start + segment->p_filesz;

		start &= mask;
		/* the last page may be shared with what is written to */
		end &= mask;
		if (segment->p_type == PT_LOAD && !(segment->p_flags & PF_W) &&
		    end > start)
			madvise((void *)start, end - start, MADV_DONTNEED);
	}
	return 0;
}

void memory_release_code(void)
{
	uintptr_t mask = ~((uintptr_t)sysconf(_SC_PAGESIZE) - 1);

	dl_iterate_phdr(release, &mask);
	malloc_trim(0);
}
