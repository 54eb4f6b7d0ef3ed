/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds one symbol in an ELF file; see plugin_version.h. */
#include "cli/plugin_version.h"

#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "util/cleanup.h"

#define SYMBOL "plugin_version"
#define FILE_MAX (64 * 1024 * 1024)

#if __ELF_NATIVE_CLASS == 64
#define NATIVE_CLASS ELFCLASS64
#else
#define NATIVE_CLASS ELFCLASS32
#endif
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define NATIVE_ORDER ELFDATA2LSB
#else
#define NATIVE_ORDER ELFDATA2MSB
#endif

/* The whole file; nothing in it is where it should be, until looked at. */
struct image {
	unsigned char *data;
	size_t size;
	ElfW(Ehdr) head;
};

/* ---- reading it ---------------------------------------------------------- */

static int read_file(const char *path, struct image *ret, struct err *err)
{
	_cleanup_close_ int fd =
		open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;
	ssize_t n;

	if (fd < 0 || fstat(fd, &st) < 0)
		return err_set(err, "read %s: %m", path);
	if (!S_ISREG(st.st_mode) || st.st_size > FILE_MAX)
		return err_set(err, "%s is no plugin", path);
	ret->data = malloc((size_t)st.st_size + 1);
	if (!ret->data)
		return err_set(err, "read %s: out of memory", path);
	while ((n = read(fd, ret->data + ret->size,
			 (size_t)st.st_size - ret->size)) > 0)
		ret->size += (size_t)n;
	return n < 0 ? err_set(err, "read %s: %m", path) : 0;
}

static bool get(const struct image *image, uint64_t offset, void *ret,
		size_t size)
{
	if (offset > image->size || size > image->size - offset)
		return false;
	memcpy(ret, image->data + offset, size);
	return true;
}

static bool is_native(struct image *image)
{
	const unsigned char *id = image->head.e_ident;

	return get(image, 0, &image->head, sizeof(image->head)) &&
	       !memcmp(id, ELFMAG, SELFMAG) && id[EI_CLASS] == NATIVE_CLASS &&
	       id[EI_DATA] == NATIVE_ORDER &&
	       image->head.e_shentsize == sizeof(ElfW(Shdr));
}

static bool get_section(const struct image *image, unsigned int i,
			ElfW(Shdr) * ret)
{
	return i < image->head.e_shnum && image->head.e_shoff <= image->size &&
	       get(image, image->head.e_shoff + (uint64_t)i * sizeof(*ret), ret,
		   sizeof(*ret));
}

/* ---- the symbol -----------------------------------------------------------
 */

static bool is_ours(const struct image *image, const ElfW(Shdr) * names,
		    const ElfW(Sym) * symbol)
{
	char name[sizeof(SYMBOL)];

	return symbol->st_name < names->sh_size &&
	       names->sh_offset <= image->size &&
	       get(image, names->sh_offset + symbol->st_name, name,
		   sizeof(name)) &&
	       !memcmp(name, SYMBOL, sizeof(name));
}

/* The bytes that it stands for lie in its section's part of the file. */
static bool get_value(const struct image *image, const ElfW(Sym) * symbol,
		      uint32_t *ret)
{
	ElfW(Shdr) section;

	return symbol->st_size == sizeof(*ret) &&
	       get_section(image, symbol->st_shndx, &section) &&
	       section.sh_type == SHT_PROGBITS &&
	       symbol->st_value >= section.sh_addr &&
	       symbol->st_value - section.sh_addr <= section.sh_size &&
	       section.sh_offset <= image->size &&
	       get(image,
		   section.sh_offset + (symbol->st_value - section.sh_addr),
		   ret, sizeof(*ret));
}

static bool search(const struct image *image, const ElfW(Shdr) * symbols,
		   uint32_t *ret)
{
	uint64_t n = symbols->sh_size / sizeof(ElfW(Sym));
	ElfW(Shdr) names;
	ElfW(Sym) symbol;

	if (symbols->sh_offset > image->size ||
	    !get_section(image, symbols->sh_link, &names))
		return false;
	for (uint64_t i = 0; i < n; i++) {
		if (!get(image, symbols->sh_offset + i * sizeof(symbol),
			 &symbol, sizeof(symbol)))
			return false;
		if (is_ours(image, &names, &symbol))
			return get_value(image, &symbol, ret);
	}
	return false;
}

/* A file has one such section at most (System V ABI, "Sections"); only the
 * first is looked at, so that a hostile one costs no more. */
static bool find_symbols(struct image *image, ElfW(Shdr) * ret)
{
	if (!is_native(image))
		return false;
	for (unsigned int i = 0; get_section(image, i, ret); i++)
		if (ret->sh_type == SHT_DYNSYM)
			return true;
	return false;
}

int plugin_version_read(const char *path, uint32_t *ret, struct err *err)
{
	struct image image = { NULL };
	ElfW(Shdr) section;
	bool found = false;

	if (read_file(path, &image, err) < 0) {
		free(image.data);
		return -1;
	}
	if (find_symbols(&image, &section))
		found = search(&image, &section, ret);
	free(image.data);
	errno = EINVAL;
	return found ? 0
		     : err_set(err, "%s is no plugin of this machine's Slurm",
			       path);
}

/* ---- as text ---------------------------------------------------------------
 */

void plugin_version_release_text(uint32_t version,
				 char ret[PLUGIN_VERSION_TEXT_SIZE])
{
	snprintf(ret, PLUGIN_VERSION_TEXT_SIZE, "%02u.%02u", version >> 16,
		 version >> 8 & 255);
}

void plugin_version_text(uint32_t version, char ret[PLUGIN_VERSION_TEXT_SIZE])
{
	snprintf(ret, PLUGIN_VERSION_TEXT_SIZE, "%02u.%02u.%u", version >> 16,
		 version >> 8 & 255, version & 255);
}
