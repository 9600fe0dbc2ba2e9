/* SPDX-License-Identifier: MIT */
/* registry.c - walks variants.def: the public list of variants and who can run here. */
#include <stdio.h>
#include <string.h>

#include "base/cpu.h"
#include "engine/engine.h"
#include "isa/host/host.h"

#define VARIANT(id, name, isa, activation, needs, strategy, rounding) \
	extern const gm_kernels gm_kernels_##isa##_##activation;          \
	static const engine_entry row_##id = {name, &gm_kernels_##isa##_##activation};
#include "variants.def"
#undef VARIANT

/* The ABI has no argument for the row, so each row has its own three entry points. */
#define VARIANT(id, name, isa, activation, needs, strategy, rounding)                                            \
	static gm_status sizes_##id(const gm_problem *problem, const gm_plan_opts *opts, gm_sizes *sizes)            \
	{                                                                                                            \
		return engine_sizes(&row_##id, problem, opts, sizes);                                                    \
	}                                                                                                            \
	static gm_status create_##id(const gm_problem *problem, const gm_plan_opts *opts, void *mem, gm_plan **plan, \
	                             gm_error *error)                                                                \
	{                                                                                                            \
		return engine_plan_create(&row_##id, problem, opts, mem, plan, error);                                   \
	}
#include "variants.def"
#undef VARIANT

#define VARIANT(id, text, isa_, activation_, needs_, strategy_, rounding_) \
	{                                                                      \
		.struct_size = sizeof(gm_variant),                                 \
		.abi_major = GM_ABI_MAJOR,                                         \
		.abi_minor = GM_ABI_MINOR,                                         \
		.name = text,                                                      \
		.needs = needs_,                                                   \
		.traits = {.accuracy_class = GM_CLASS_F32,                         \
	               .rounding = rounding_,                                  \
	               .isa = #isa_,                                           \
	               .strategy = strategy_,                                  \
	               .activation = #activation_,                             \
	               .weights = "f32"},                                      \
		.supports = engine_supports,                                       \
		.sizes = sizes_##id,                                               \
		.plan_create = create_##id,                                        \
		.set_weights = engine_set_weights,                                 \
		.forward = engine_run_forward,                                     \
		.backward = engine_run_backward,                                   \
		.describe = engine_describe,                                       \
		.plan_destroy = engine_plan_destroy,                               \
	},
static const gm_variant variants[] = {
#include "variants.def"
};
#undef VARIANT

#define VARIANT(id, name, isa, activation, needs, strategy, rounding) &row_##id,
static const engine_entry *const rows[] = {
#include "variants.def"
};
#undef VARIANT

enum { VARIANTS = sizeof variants / sizeof *variants };

size_t gm_variant_count(void) { return VARIANTS; }

const gm_variant *gm_variant_at(size_t index) { return index < VARIANTS ? &variants[index] : NULL; }

static const struct {
	const char *former, *name;
} formers[] = {
#define VARIANT(id, name, isa, activation, needs, strategy, rounding)
#define FORMER(former, name) {former, name},
#include "variants.def"
#undef VARIANT
};

const char *gm_variant_former_name(const char *name)
{
	for (size_t i = 0; i < sizeof formers / sizeof *formers; i++)
		if (strcmp(formers[i].name, name) == 0)
			return formers[i].former;
	return NULL;
}

const gm_variant *gm_variant_find(const char *name)
{
	for (size_t i = 0; i < sizeof formers / sizeof *formers; i++)
		if (strcmp(formers[i].former, name) == 0)
			name = formers[i].name;
	for (size_t i = 0; i < VARIANTS; i++)
		if (strcmp(variants[i].name, name) == 0)
			return &variants[i];
	return NULL;
}

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

gm_status gm_variant_runnable(const gm_variant *variant, gm_error *error)
{
	uint64_t missing = variant->needs & ~host_cpu_features();
	char names[64];

	if (missing) {
		feature_names(missing, names, sizeof names);
		return gm_fail(error, GM_NO_CPU, "%s needs %s, which this CPU or system lacks", variant->name, names);
	}
	if (variant >= variants && variant < variants + VARIANTS && !rows[variant - variants]->kernels->lanes)
		return gm_fail(error, GM_NO_CPU, "%s is not part of this build", variant->name);
	return GM_OK;
}
