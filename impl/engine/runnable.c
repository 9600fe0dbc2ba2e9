/* SPDX-License-Identifier: MIT */
/* runnable.c - what this CPU, system and build can run. */
#include "engine.h"

#include <stdio.h>

#include "base/cpu.h"
#include "isa/host/host.h"

uint64_t gm_cpu_features(void) { return host_cpu_features(); }

/* Names of the bits of `missing`, separated by blanks. */
static void feature_names(uint64_t missing, char *text, size_t size)
{
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < CPU_ROWS && used < size; i++)
		if (missing & cpu_table[i].bit)
			used += (size_t)snprintf(text + used, size - used, "%s%s", used ? " " : "", cpu_table[i].name);
}

static gm_status check_cpu(const gm_variant *variant, gm_error *error)
{
	uint64_t missing = variant->needs & ~host_cpu_features();
	char names[64];

	if (!missing)
		return GM_OK;
	feature_names(missing, names, sizeof names);
	return gm_fail(error, GM_NO_CPU, "%s needs %s, which this CPU or system lacks", variant->name, names);
}

gm_status engine_runnable(const gm_variant *variant, gm_error *error)
{
	const gm_kernels *kernels = variant->own;

	GM_TRY(check_cpu(variant, error));
	return kernels->lanes ? GM_OK : gm_fail(error, GM_NO_CPU, "%s is not part of this build", variant->name);
}

gm_status gm_variant_runnable(const gm_variant *variant, gm_error *error)
{
	return variant->supports == engine_supports ? engine_runnable(variant, error) : check_cpu(variant, error);
}
