/* SPDX-License-Identifier: MIT */
/* plugin.h - how a foreign kernel or a peer library competes: a shared object that exports exactly
 * gm_plugin_v1 and hands out gm_variant structs, judged and timed like our own.
 *
 * The host loads it in a child process only, from a path given by the user, and refuses it
 * (GM_BAD_PLUGIN) if: the symbol is missing or returns NULL; abi_major differs; a struct_size is smaller
 * than what abi_minor 0 of this header had; a required function is NULL; a name is not
 * [A-Za-z0-9_.-]{1,40}, or is given twice; needs has bits that no GM_CPU_* has; there are more than 64 variants.
 * Growth: fields are only appended, and abi_minor grows with them; a reader looks at struct_size before
 * it reads a field that its minor 0 did not have.
 * Special values are judged too: an absent h_0 or c_0 counts as zeros that are multiplied like others, so a
 * NaN or infinite weight gives NaN (0 * NaN); no term is left out for a factor of 0.
 * The child has no privileges and, where the system can, may not reach beyond its own threads and memory: files
 * are opened for reading only (EPERM), there are no sockets; a plug-in that starts a process, signals another
 * or looks into one is ended and fails.  That holds while it is loaded too.  Threads may be started.
 * A call leaves alone, besides what the ABI of the architecture says (callee-saved registers, control words,
 * direction flag): the FP mode, signal mask and handlers, the protection of the memory it is given, working
 * folder, environment's variables, umask, locale, CPUs and priority of the calling thread.  It closes what it
 * opens.  Threads may outlive it asleep, as those of a pool do; those that run on (2 s) are a breach.  Nothing
 * is written to stdout; more than 16 MiB printed is a breach.  Upper halves of vector registers left in use (no
 * vzeroupper) are noted. */
#ifndef GATEMARK_PLUGIN_H
#define GATEMARK_PLUGIN_H

#include "gatemark/gatemark.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct gm_plugin {
	uint32_t struct_size;
	uint16_t abi_major, abi_minor;
	const char *name;    /* of the library */
	const char *version; /* free text */
	const char *licence; /* SPDX expression */
	size_t variant_count;
	const gm_variant *const *variant; /* required: supports sizes plan_create set_weights forward plan_destroy;
	                                     backward may be NULL: forward only */
} gm_plugin;

/* The one exported symbol.  Called once, in the child; the result lives as long as the library. */
typedef const gm_plugin *gm_plugin_entry(void);
#define GM_PLUGIN_SYMBOL "gm_plugin_v1"

#if defined(__GNUC__)
#define GM_PLUGIN_EXPORT __attribute__((visibility("default")))
#else
#define GM_PLUGIN_EXPORT
#endif

#ifdef __cplusplus
}
#endif
#endif
