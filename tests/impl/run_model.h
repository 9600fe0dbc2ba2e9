/* SPDX-License-Identifier: MIT */
/* run_model.h - a model of the problem of a run, to compare the two. */
#ifndef TESTS_RUN_MODEL_H
#define TESTS_RUN_MODEL_H

#include "run_variant.h"

/* A model of the problem of a run, by its variant, with its weights. */
static inline gm_model *model_of(const variant_run *run, const gm_model_opts *opts)
{
	gm_model *model = NULL;
	gm_error error = {0};
	char text[GM_SPEC_TEXT];

	gm_spec_format(&run->spec, text);
	if (gm_model_create(text, opts, &model, &error) ||
	    gm_model_load(model, run->binding->weights.layer, run->binding->weights.count, &error))
		fail_msg("%s: %s", text, error.message);
	return model;
}

static inline gm_model_opts opts_of(const variant_run *run, uint32_t mode)
{
	return (gm_model_opts){.struct_size = sizeof(gm_model_opts), .mode = mode, .variant = run->variant->name};
}

static inline void expect_ok(gm_status status, const gm_error *error)
{
	if (status != GM_OK)
		fail_msg("%s", error->message);
}

#endif
