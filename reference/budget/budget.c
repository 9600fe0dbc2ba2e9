/* SPDX-License-Identifier: MIT */
/* budget.c - derives a budget: runs the reference exactly, then perturbed S times, and takes the spread about the exact
 * run.  Rule and constants: BUDGET.md.
 *
 * Three kinds of samples, one seed each:
 *   plain       every operation errs on its own
 *   correlated  only if values repeat in time: the same errors at every step, as equal values round equally; the
 *               larger of both spreads counts
 *   amplified   only for the gradients of cells with kinks (rnn_relu): noise 8 times as large.  A spread that grows by
 *               clearly more than 8 comes from a pre-activation so close to its kink that an honest kernel may see the
 *               other side: unfit */
#include "budget_tensor.h"
#include "model/ref.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/cells.h"
#include "base/random.h"

#define AMPLIFIED_SAMPLES 8
#define AMPLIFIED_FACTOR  8.0
#define AMPLIFIED_EXCESS  4.0 /* times the factor; a spread of 8 samples over one of 16 exceeds it by chance < 1e-4 */
#define GOLDEN_RELATIVE   1e-12

enum { PLAIN, CORRELATED, AMPLIFIED, SAMPLE_KINDS };

/* Amplitudes by accuracy class.  6 u = 3 ulp where a binade begins; 2^-125 covers a sigmoid that stops falling where
 * exp underflows (beyond -87); f32-abs: activations of the form p/q + 0.5.  Weights of the other two are judged as
 * they are multiplied. */
static const double activation_abs[GM_CLASSES] = {
	[GM_CLASS_F32] = 0x1p-125, [GM_CLASS_F32_ABS] = 0x1p-22, [GM_CLASS_BF16W] = 0x1p-125, [GM_CLASS_INT8W] = 0x1p-125};

/* FNV-1a of the id is the stream; version, kind and number say which draw of it. */
static uint64_t sample_key(const char *id, unsigned kind, unsigned sample)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (const char *c = id; *c; c++)
		h = (h ^ (unsigned char)*c) * UINT64_C(0x100000001b3);
	return random_draw(h, JUDGE_VERSION * 65536u + kind * 256u + sample);
}

static ref_noise sample_noise(const char *id, gm_class accuracy_class, unsigned kind, unsigned sample)
{
	double amplified = kind == AMPLIFIED ? AMPLIFIED_FACTOR : 1;

	return (ref_noise){.key = sample_key(id, kind, sample),
	                   .relative = amplified * 0x1p-24, // activation is in units of it
	                   .absolute = amplified * 0x1p-150,
	                   .activation = 6,
	                   .activation_abs = amplified * activation_abs[accuracy_class],
	                   .correlated = kind == CORRELATED};
}

/* ---- one run of the reference ---- */

typedef struct sampler {
	const judge_problem *problem;
	gm_class accuracy_class;
	judge_budget *budget;
	ref_problem reference;
	double **value; /* of ref_run, by row: inputs as double, results of the last run */
	double *inputs; /* of all tensors; owns the next two */
	double *result; /* of all judged tensors, in the order of budget->want, as the next one */
	double *spread; /* of the kind being sampled: squared deviations, at last the root of their mean */
	int finite;     /* no NaN or Inf among the inputs */
} sampler;

static int is_given(const judge_problem *problem, size_t row)
{
	const gm_tensor *tensor = &problem->tensors->row[row];

	return problem->data[row] && tensor->dtype == GM_DTYPE_F32 && tensor->role < GM_ROLE_OUTPUT;
}

static gm_status sampler_open(sampler *s, gm_error *error)
{
	const gm_tensors *tensors = s->problem->tensors;
	size_t lengths = gm_tensors_index(tensors, GM_LENGTHS, 0, 0), count = 0, at = 0;

	for (size_t row = 0; row < tensors->count; row++)
		count += is_given(s->problem, row) ? tensors->row[row].count : 0;
	s->value = calloc(tensors->count, sizeof *s->value);
	s->inputs = calloc(count + 2 * s->budget->count, sizeof *s->inputs);
	if (!s->value || !s->inputs)
		return gm_fail(error, GM_NO_MEMORY, "no memory for %zu tensors in double", tensors->count);
	s->result = s->inputs + count;
	s->spread = s->result + s->budget->count;
	s->reference = (ref_problem){.spec = s->problem->spec,
	                             .tensors = tensors,
	                             .lengths = lengths == GM_NO_TENSOR ? NULL : s->problem->data[lengths],
	                             .value = s->value};
	s->finite = 1;
	for (size_t row = 0; row < tensors->count; row++) {
		const float *given = s->problem->data[row];

		if (s->budget->tensor[row].want)
			s->value[row] = s->result + (s->budget->tensor[row].want - s->budget->want);
		if (!is_given(s->problem, row))
			continue;
		s->value[row] = s->inputs + at;
		for (size_t i = 0; i < tensors->row[row].count; i++) {
			s->inputs[at++] = given[i];
			s->finite &= isfinite(given[i]) != 0;
		}
	}
	return GM_OK;
}

/* ---- samples ---- */

static int same_kind(double a, double b) { return (isnan(a) && isnan(b)) || a == b; }

/* Where want is finite, NaN and Inf stay and make the row unfit.  Where it is not, a sample of another kind (NaN, Inf,
 * -Inf) leaves Inf: small errors decide which, as in sigmoid(-Inf) * Inf with a sigmoid of 0 or 2^-125. */
static void add_deviations(double *sum, const double *sample, const double *want, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		double d = sample[i] - want[i];

		if (isfinite(want[i]))
			sum[i] += d * d;
		else if (!same_kind(sample[i], want[i]))
			sum[i] = INFINITY;
	}
}

/* Leaves the spread of `samples` runs of one kind in s->spread. */
static gm_status sample(sampler *s, unsigned kind, unsigned samples, gm_error *error)
{
	size_t count = s->budget->count;

	memset(s->spread, 0, count * sizeof *s->spread);
	for (unsigned k = 0; k < samples; k++) {
		ref_noise noise = sample_noise(s->problem->id, s->accuracy_class, kind, k);

		GM_TRY(ref_run(&s->reference, &noise, NULL, NULL, error));
		add_deviations(s->spread, s->result, s->budget->want, count);
	}
	for (size_t i = 0; i < count; i++)
		s->spread[i] = sqrt(s->spread[i] / samples);
	return GM_OK;
}

/* s of the budget becomes the larger of what it was and the spread just sampled. */
static void widen(sampler *s)
{
	double *scale = s->budget->scale;

	for (size_t i = 0; i < s->budget->count; i++)
		if (!(s->spread[i] <= scale[i]) && !isnan(scale[i]))
			scale[i] = s->spread[i];
}

static void find_kinks(sampler *s)
{
	for (size_t k = 0; k < s->problem->tensors->count; k++) {
		budget_tensor *tensor = &s->budget->tensor[k];

		for (size_t row = 0; row < tensor->rows; row++) {
			size_t at = row * tensor->length;
			double amplified = budget_rms(s->spread + (tensor->want - s->budget->want) + at, tensor->want + at,
			                              tensor->length);
			double plain = budget_rms(tensor->scale + at, tensor->want + at, tensor->length);

			tensor->unfit[row] = !(amplified <= AMPLIFIED_EXCESS * AMPLIFIED_FACTOR * plain);
			s->budget->facts.kink_rows += tensor->unfit[row];
		}
	}
}

static gm_status sample_all(sampler *s, gm_error *error)
{
	GM_TRY(sample(s, PLAIN, JUDGE_SAMPLES, error));
	widen(s);
	if (s->budget->facts.coherent) {
		GM_TRY(sample(s, CORRELATED, JUDGE_SAMPLES, error));
		widen(s);
	}
	if ((cell_of(&s->problem->spec->problem)->traits & CELL_KINKS) && s->problem->backward) {
		GM_TRY(sample(s, AMPLIFIED, AMPLIFIED_SAMPLES, error));
		find_kinks(s);
	}
	return GM_OK;
}

/* ---- the exact run ---- */

static int repeats(const sampler *s)
{
	const gm_tensors *tensors = s->problem->tensors;
	size_t input = gm_tensors_index(tensors, GM_INPUT, 0, 0), output = gm_tensors_index(tensors, GM_OUTPUT, 0, 0);
	const gm_spec *spec = s->problem->spec;
	size_t width = gm_directions(&spec->problem) * gm_state_size(&spec->problem);

	return !s->value[input] || budget_repeats(spec, s->reference.lengths, s->value[input], spec->problem.input_size) ||
	       budget_repeats(spec, s->reference.lengths, s->value[output], width);
}

static gm_status run_exact(sampler *s, gm_error *error)
{
	judge_facts *facts = &s->budget->facts;
	ref_stats stats = {0, INFINITY};

	GM_TRY(ref_run(&s->reference, NULL, &stats, NULL, error));
	facts->max_abs = stats.max_abs;
	facts->min_kink = stats.min_kink;
	facts->overflow = stats.max_abs > OVERFLOW_LIMIT && (s->finite || isfinite(stats.max_abs));
	facts->coherent = repeats(s);
	memcpy(s->budget->want, s->result, s->budget->count * sizeof *s->result);
	return GM_OK;
}

/* ---- golden values ---- */

static double largest_finite(const double *values, size_t count)
{
	double largest = 0;

	for (size_t i = 0; i < count; i++)
		if (isfinite(values[i]) && fabs(values[i]) > largest)
			largest = fabs(values[i]);
	return largest;
}

/* Two double codes may differ by their own rounding: 2^-29 of what float32 codes may. */
static int agree(double golden, double reference, double largest, double scale)
{
	if (!isfinite(golden) || !isfinite(reference))
		return same_kind(golden, reference);
	return fabs(golden - reference) <= GOLDEN_RELATIVE * largest + 0x1p-28 * JUDGE_K * scale;
}

/* Fit rows must agree; then golden is what is wanted. */
static gm_status take_golden(judge_budget *budget, size_t row, const double *golden, gm_error *error)
{
	budget_tensor *tensor = &budget->tensor[row];
	const gm_tensor *shape = &budget->tensors->row[row];
	double largest = largest_finite(golden, shape->count);
	char name[96];

	for (size_t i = 0; i < shape->count; i++) {
		if (tensor->unfit[budget_row(tensor, i)] || agree(golden[i], tensor->want[i], largest, tensor->scale[i]))
			continue;
		gm_tensor_element(shape, i, name);
		return gm_fail(error, GM_BAD_FIXTURE, "golden64/%s is %.17g, the reference gives %.17g, allowed are %.3g", name,
		               golden[i], tensor->want[i], GOLDEN_RELATIVE * largest);
	}
	memcpy(tensor->want, golden, shape->count * sizeof *golden);
	return GM_OK;
}

static gm_status fill(sampler *s, gm_error *error)
{
	GM_TRY(sampler_open(s, error));
	GM_TRY(run_exact(s, error));
	GM_TRY(sample_all(s, error));
	budget_spread_chaos(s->budget);
	budget_close(s->budget);
	for (size_t row = 0; s->problem->golden64 && row < s->problem->tensors->count; row++)
		if (s->budget->tensor[row].want && s->problem->golden64[row])
			GM_TRY(take_golden(s->budget, row, s->problem->golden64[row], error));
	return GM_OK;
}

gm_status judge_budget_create(const judge_problem *problem, gm_class accuracy_class, judge_budget **budget,
                              gm_error *error)
{
	sampler s = {.problem = problem, .accuracy_class = accuracy_class};
	gm_status status;

	if ((unsigned)accuracy_class >= GM_CLASSES || !problem->id)
		return gm_fail(error, GM_BAD_ARGUMENT, "accuracy class is %u, must be below %u, and a case needs an id",
		               (unsigned)accuracy_class, (unsigned)GM_CLASSES);
	GM_TRY(budget_open(problem->spec, problem->tensors, problem->backward, &s.budget, error));
	status = fill(&s, error);
	free(s.value);
	free(s.inputs);
	if (status != GM_OK)
		judge_budget_destroy(s.budget);
	else
		*budget = s.budget;
	return status;
}
