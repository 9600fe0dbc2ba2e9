/* SPDX-License-Identifier: MIT */
/* bugs.c - the plain variant, once for each bug: those of the table below, and some of the seeded faults (faults.def).
 * What is said of each must lead to it: tests/tools/test_causes.c. */
#include "gatemark/variant.h"

#include "faults/faults.h"

#include <string.h>

static const gm_variant *own; /* does the honest work */
static gm_problem problem;    /* of the plan */
static size_t scratch_bytes;

/* ---- forward ---- */

static gm_status reads_past_c_0(gm_plan *plan, const gm_forward_args *f, gm_error *error)
{
	size_t count = f->N * problem.num_layers * gm_directions(&problem) * problem.hidden_size;
	volatile float behind = f->c_0 ? f->c_0[(count + 7) / 8 * 8 - (count % 8 == 0)] : 0;

	(void)behind;
	return own->forward(plan, f, error);
}

/* The state before the last step. */
static gm_status early_h_n(gm_plan *plan, const gm_forward_args *f, gm_error *error)
{
	gm_status status = own->forward(plan, f, error);

	for (size_t n = 0; f->h_n && f->T > 1 && n < f->N && problem.num_layers == 1 && !problem.bidirectional; n++)
		memcpy(f->h_n + n * gm_state_size(&problem),
		       f->output + (ptrdiff_t)(f->T - 2) * f->out_t + (ptrdiff_t)n * f->out_n,
		       gm_state_size(&problem) * sizeof(float));
	return status;
}

static gm_status no_c_n(gm_plan *plan, const gm_forward_args *f, gm_error *error)
{
	gm_forward_args part = *f;

	part.c_n = NULL;
	return own->forward(plan, &part, error);
}

/* Time first, whatever the strides say. */
static gm_status ignores_strides(gm_plan *plan, const gm_forward_args *f, gm_error *error)
{
	gm_forward_args part = *f;

	part.in_n = (ptrdiff_t)problem.input_size;
	part.in_t = part.in_n * (ptrdiff_t)f->N;
	return own->forward(plan, &part, error);
}

static gm_status reads_scratch(gm_plan *plan, const gm_forward_args *f, gm_error *error)
{
	float before = scratch_bytes >= sizeof before ? *(float *)f->scratch : 0;
	gm_status status = own->forward(plan, f, error);

	f->output[0] += before * 1e-3f;
	return status;
}

static gm_status computes_nan(gm_plan *plan, const gm_forward_args *f, gm_error *error)
{
	gm_status status = own->forward(plan, f, error);
	volatile float zero = 0;

	if (f->T > 8)
		f->output[f->out_t * 8] = zero / zero;
	return status;
}

/* A NaN is lost by a clamp in the wrong order. */
static gm_status loses_nan(gm_plan *plan, const gm_forward_args *f, gm_error *error)
{
	gm_status status = own->forward(plan, f, error);
	size_t width = gm_directions(&problem) * gm_state_size(&problem);

	for (size_t t = 0; t < f->T; t++)
		for (size_t n = 0; n < f->N; n++)
			for (size_t j = 0; j < width; j++) {
				float *y = f->output + (ptrdiff_t)t * f->out_t + (ptrdiff_t)n * f->out_n + j;

				if (*y != *y)
					*y = 1;
			}
	return status;
}

/* A loop over weight_hh that is left out where there is no h_0. */
static gm_status skips_absent_h_0(gm_plan *plan, const gm_forward_args *f, gm_error *error)
{
	gm_status status = own->forward(plan, f, error);

	return f->h_0 ? status : loses_nan(plan, f, error);
}

static gm_status wrong_without_tape(gm_plan *plan, const gm_forward_args *f, gm_error *error)
{
	gm_status status = own->forward(plan, f, error);

	if (!f->tape)
		f->output[0] += 1;
	return status;
}

/* Two bugs at once. */
static gm_status strides_and_lengths(gm_plan *plan, const gm_forward_args *f, gm_error *error)
{
	gm_forward_args part = *f;

	part.lengths = NULL;
	return ignores_strides(plan, &part, error);
}

/* ---- weights ---- */

static float matrix[1 << 16];

static gm_status drops_tail(gm_plan *plan, const gm_weights *weights, gm_error *error)
{
	gm_layer_weights layer = weights->layer[0];
	gm_weights given = *weights;
	size_t width = gm_state_size(&problem), count = gm_gates(problem.cell) * problem.hidden_size * width;

	if (weights->count != 1 || count > sizeof matrix / sizeof *matrix)
		return own->set_weights(plan, weights, error);
	memcpy(matrix, layer.weight_hh, count * sizeof *matrix);
	for (size_t i = 0; i < count; i++)
		if (i % width >= width - width % 8)
			matrix[i] = 0;
	layer.weight_hh = matrix;
	given.layer = &layer;
	return own->set_weights(plan, &given, error);
}

/* ---- backward ---- */

/* Without what leave_out takes away of a layer's. */
static gm_status less_gradients(gm_plan *plan, const gm_backward_args *b, void (*leave_out)(gm_layer_grads *g),
                                gm_error *error)
{
	static gm_layer_grads layer[16];
	gm_backward_args part = *b;
	gm_grads grads;

	if (!b->grad_weights || b->grad_weights->count > sizeof layer / sizeof *layer)
		return own->backward(plan, b, error);
	grads = *b->grad_weights;
	memcpy(layer, grads.layer, grads.count * sizeof *layer);
	for (size_t i = 0; i < grads.count; i++)
		leave_out(&layer[i]);
	grads.layer = layer;
	part.grad_weights = &grads;
	return own->backward(plan, &part, error);
}

static void without_bias_hh(gm_layer_grads *g) { g->grad_bias_hh = NULL; }

static gm_status no_bias_hh(gm_plan *plan, const gm_backward_args *b, gm_error *error)
{
	return less_gradients(plan, b, without_bias_hh, error);
}

static gm_status always_adds(gm_plan *plan, const gm_backward_args *b, gm_error *error)
{
	gm_backward_args part = *b;

	part.flags = GM_ACCUMULATE;
	return own->backward(plan, &part, error);
}

/* ---- the table ---- */

static const struct bug {
	const char *name;
	gm_status (*set_weights)(gm_plan *, const gm_weights *, gm_error *);
	gm_status (*forward)(gm_plan *, const gm_forward_args *, gm_error *);
	gm_status (*backward)(gm_plan *, const gm_backward_args *, gm_error *);
} bug[] = {
	{"reads-past-c_0", NULL, reads_past_c_0, NULL},
	{"early-h_n", NULL, early_h_n, NULL},
	{"no-c_n", NULL, no_c_n, NULL},
	{"ignores-strides", NULL, ignores_strides, NULL},
	{"reads-scratch", NULL, reads_scratch, NULL},
	{"computes-nan", NULL, computes_nan, NULL},
	{"loses-nan", NULL, loses_nan, NULL},
	{"skips-absent-h_0", NULL, skips_absent_h_0, NULL},
	{"wrong-without-tape", NULL, wrong_without_tape, NULL},
	{"strides-and-lengths", NULL, strides_and_lengths, NULL},
	{"drops-tail", drops_tail, NULL, NULL},
	{"no-bias_hh", NULL, NULL, no_bias_hh},
	{"always-adds", NULL, NULL, always_adds},
};

/* Those that say something about what a failure is called. */
static const char *const seeded[] = {
	"onnx_gate_order",
	"swap_gates_g_o",
	"swap_gates_r_z",
	"weight_hh_transposed",
	"weight_hh_ignored",
	"bias_hh_ignored",
	"bias_ih_ignored",
	"bias_hn_outside_reset",
	"update_gate_exchanged",
	"reset_before",
	"h_0_ignored",
	"lengths_ignored",
	"dropout_mask_ignored",
	"last_step_dropped",
	"last_row_dropped",
	"last_unit_dropped",
	"vector_tail_stale",
	"directions_swapped",
	"reverse_ignored",
	"h_n_at_last_step",
	"grad_h_n_ignored",
	"dw_skips_t0",
	"db_twice",
	"grad_h_0_dropped",
	"tanh_1e4",
	"activation_clamped",
	"activation_nan",
	"denormals_flushed",
	"dc_without_f",
	"relu_slope",
	"dn_without_r",
	"dw_from_h_t",
};

enum { BUGS = sizeof bug / sizeof *bug, SEEDED = sizeof seeded / sizeof *seeded };

static gm_status plan_create(const gm_variant *self, const gm_problem *p, const gm_plan_opts *o, void *mem,
                             gm_plan **plan, gm_error *error)
{
	gm_sizes sizes = {.struct_size = sizeof sizes};

	problem = *p;
	GM_TRY(own->sizes(self, p, o, &sizes, error));
	scratch_bytes = sizes.scratch_bytes;
	return own->plan_create(self, p, o, mem, plan, error);
}

GM_PLUGIN_EXPORT gm_plugin_entry gm_plugin_v1;

const gm_plugin *gm_plugin_v1(void)
{
	static gm_variant variant[BUGS + SEEDED];
	static const gm_variant *list[BUGS + SEEDED];
	static gm_plugin plugin = {.struct_size = sizeof plugin,
	                           .abi_major = GM_ABI_MAJOR,
	                           .abi_minor = GM_ABI_MINOR,
	                           .name = "bugs",
	                           .version = "1",
	                           .licence = "MIT",
	                           .variant = list};

	own = gm_variant_find("scalar-plain");
	for (plugin.variant_count = 0; plugin.variant_count < BUGS; plugin.variant_count++) {
		const struct bug *b = &bug[plugin.variant_count];
		gm_variant *v = &variant[plugin.variant_count];

		*v = *own;
		v->name = b->name;
		v->plan_create = plan_create;
		v->set_weights = b->set_weights ? b->set_weights : own->set_weights;
		v->forward = b->forward ? b->forward : own->forward;
		v->backward = b->backward ? b->backward : own->backward;
		list[plugin.variant_count] = v;
	}
	for (size_t i = 0; fault_at(i); i++)
		for (size_t k = 0; k < SEEDED; k++)
			if (!strcmp(fault_at(i)->name, seeded[k])) {
				variant[plugin.variant_count] = *fault_variant(i, own);
				list[plugin.variant_count] = &variant[plugin.variant_count];
				plugin.variant_count++;
			}
	return &plugin;
}
