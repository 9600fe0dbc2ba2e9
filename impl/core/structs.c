/* SPDX-License-Identifier: MIT */
/* structs.c - structs of callers that were built with another header: shorter ones and longer ones. */
#include "core.h"

#include <string.h>

/* Every struct that grows has a pointer or a size_t: its size is a multiple of LEAST in any header.  What lies beyond
 * MOST was never a size. */
enum { LEAST = sizeof(void *), MOST = 4096 };

static gm_status check_size(const char *name, const void *given, uint32_t *size, gm_error *error)
{
	if (!given)
		return gm_fail(error, GM_BAD_ARGUMENT, "%s is missing", name);
	memcpy(size, given, sizeof *size);
	if (*size < LEAST || *size > MOST || *size % LEAST)
		return gm_fail(error, GM_BAD_ARGUMENT, "struct_size of %s is %u, must be sizeof: a multiple of %d to %d", name,
		               (unsigned)*size, (int)LEAST, (int)MOST);
	return GM_OK;
}

gm_status gm_struct_read(const char *name, const void *given, void *to, size_t bytes, gm_error *error)
{
	const unsigned char *from = given;
	const uint32_t known = (uint32_t)bytes;
	uint32_t size = 0;

	GM_TRY(check_size(name, given, &size, error));
	for (size_t i = bytes; i < size; i++)
		if (from[i])
			return gm_fail(error, GM_BAD_ARGUMENT,
			               "%s has %u bytes, this library knows %u of them, and byte %zu beyond is not 0", name,
			               (unsigned)size, (unsigned)known, i);
	memset(to, 0, bytes);
	memcpy(to, given, size < bytes ? size : bytes);
	memcpy(to, &known, sizeof known);
	return GM_OK;
}

gm_status gm_struct_write(const char *name, void *given, const void *from, size_t bytes, gm_error *error)
{
	unsigned char *to = given;
	uint32_t size = 0;

	GM_TRY(check_size(name, given, &size, error));
	memset(to + sizeof size, 0, size - sizeof size);
	memcpy(to + sizeof size, (const unsigned char *)from + sizeof size, (size < bytes ? size : bytes) - sizeof size);
	return GM_OK;
}

gm_status gm_reserved_check(const char *name, uint32_t reserved, gm_error *error)
{
	if (reserved)
		return gm_fail(error, GM_BAD_ARGUMENT, "reserved of %s is %u, must be 0", name, (unsigned)reserved);
	return GM_OK;
}
