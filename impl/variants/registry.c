/* SPDX-License-Identifier: MIT */
/* registry.c - walks variants.def: the public list of variants. */
#include <string.h>

#include "base/isa.h"
#include "engine/engine.h"

#define VARIANT(name, isa, strategy, activation, ...) extern const gm_kernels gm_kernels_##isa##_##activation;
#include "variants.def"
#undef VARIANT

static const gm_variant variants[] = {
#define VARIANT(name_, isa_, strategy_, activation_, weights_, rounding_, class_) \
	{                                                                             \
		.struct_size = sizeof(gm_variant),                                        \
		.abi_major = GM_ABI_MAJOR,                                                \
		.abi_minor = GM_ABI_MINOR,                                                \
		.name = name_,                                                            \
		.needs = ISA_NEEDS_##isa_,                                                \
		.traits = {.accuracy_class = class_,                                      \
	               .rounding = rounding_,                                         \
	               .isa = #isa_,                                                  \
	               .strategy = strategy_,                                         \
	               .activation = #activation_,                                    \
	               .weights = weights_},                                          \
		.own = &gm_kernels_##isa_##_##activation_,                                \
		.supports = engine_supports,                                              \
		.sizes = engine_sizes,                                                    \
		.plan_create = engine_plan_create,                                        \
		.set_weights = engine_set_weights,                                        \
		.forward = engine_run_forward,                                            \
		.backward = engine_run_backward,                                          \
		.describe = engine_describe,                                              \
		.plan_destroy = engine_plan_destroy,                                      \
	},
#include "variants.def"
#undef VARIANT
};

enum { VARIANTS = sizeof variants / sizeof *variants };

size_t gm_variant_count(void) { return VARIANTS; }

const gm_variant *gm_variant_at(size_t index) { return index < VARIANTS ? &variants[index] : NULL; }

static const struct {
	const char *former, *name;
} formers[] = {
#define VARIANT(...)
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

gm_status gm_variant_best(const gm_problem *problem, const gm_plan_opts *opts, const gm_variant **best, gm_error *error)
{
	gm_error why = {GM_NO_CPU, "no variant of this build runs on this CPU"};
	size_t lanes = 0;

	for (size_t i = 0; i < VARIANTS; i++) {
		const gm_variant *v = &variants[i];
		const gm_kernels *kernels = v->own;

		if (gm_variant_runnable(v, NULL) != GM_OK || kernels->lanes <= lanes)
			continue;
		if (v->supports(v, problem, opts, &why) == GM_OK) {
			*best = v;
			lanes = kernels->lanes;
		}
	}
	return lanes ? GM_OK : gm_fail(error, why.status, "%s", why.message);
}
