/* SPDX-License-Identifier: MIT */
/* consumer.c - what another project has of libgatemark: one forward of an LSTM by the widest variant that runs here.
 * C11 and C++17. */
#include <gatemark/tensors.h>
#include <gatemark/variant.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *aligned(size_t bytes)
{
	char *memory = (char *)calloc(bytes + 64, 1); /* for the life of the program */
	return memory ? memory + (64 - (size_t)memory % 64) : NULL;
}

static const gm_variant *widest(void)
{
	for (size_t k = gm_variant_count(); k-- > 0;)
		if (gm_variant_runnable(gm_variant_at(k), NULL) == GM_OK)
			return gm_variant_at(k);
	return NULL;
}

/* Inputs and weights of the same small values; NULL where the call may do without. */
static int fill(const gm_tensors *tensors, void **data)
{
	for (size_t row = 0; row < tensors->count; row++) {
		const gm_tensor *t = &tensors->row[row];
		float *values = (float *)calloc(t->count, sizeof *values);
		if (!values)
			return 0;
		for (size_t i = 0; t->role != GM_ROLE_OUTPUT && i < t->count; i++)
			values[i] = (float)((int)(i * 7 % 11) - 5) / 16;
		data[row] = values;
	}
	return 1;
}

static gm_status run(const gm_variant *v, const gm_spec *spec, gm_binding *binding, gm_error *error)
{
	gm_plan_opts opts;
	gm_sizes sizes;
	gm_plan *plan;
	memset(&opts, 0, sizeof opts);
	opts.struct_size = sizeof opts;
	opts.T_max = spec->T;
	opts.N_max = spec->N;
	opts.threads = 1;
	memset(&sizes, 0, sizeof sizes);
	sizes.struct_size = sizeof sizes;
	GM_TRY(v->sizes(v, &spec->problem, &opts, &sizes));
	GM_TRY(v->plan_create(v, &spec->problem, &opts, aligned(sizes.plan_bytes), &plan, error));
	GM_TRY(v->set_weights(plan, &binding->weights, error));
	binding->fwd.scratch = aligned(sizes.scratch_bytes);
	GM_TRY(v->forward(plan, &binding->fwd));
	v->plan_destroy(plan);
	return GM_OK;
}

int main(int argc, char **argv)
{
	gm_spec spec;
	gm_tensors *tensors;
	gm_binding *binding;
	gm_error error = {GM_OK, "?"};
	void *data[64];
	const gm_variant *v = argc > 1 ? gm_variant_find(argv[1]) : widest();
	if (v == NULL || gm_spec_parse("lstm_T3_N2_I4_H5", &spec, &error) != GM_OK ||
	    gm_tensors_create(&spec, &tensors, &error) != GM_OK || tensors->count > 64 || !fill(tensors, data) ||
	    gm_binding_create(&spec, tensors, data, &binding, &error) != GM_OK || run(v, &spec, binding, &error) != GM_OK) {
		fprintf(stderr, "%s\n", error.message);
		return 1;
	}
	printf("h = %.9g\n", ((float *)data[gm_tensors_find(tensors, "h_n")])[9]);
	return 0;
}
