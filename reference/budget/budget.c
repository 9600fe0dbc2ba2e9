/* SPDX-License-Identifier: MIT */
/* budget.c - derives a budget: runs the reference exactly, then perturbed S times, and takes the spread about the exact
 * run.  Rule and constants: BUDGET.md.
 *
 * Three kinds of samples, one seed each:
 *   plain       every operation errs on its own
 *   correlated  only if values repeat in time: the same errors at every step, as equal values round equally; the
 *               larger of both spreads counts
 *   amplified   only for the gradients of rnn_relu: noise 8 times as large.  A spread that grows by clearly more
 *               than 8 comes from a pre-activation so close to its kink that an honest kernel may see the other
 *               side: unfit */
#include "budget_tensor.h"
#include "model/locate.h"
#include "model/ref.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"

#define AMPLIFIED_SAMPLES 8
#define AMPLIFIED_FACTOR  8.0
#define AMPLIFIED_EXCESS  4.0 /* times the factor; a spread of 8 samples over one of 16 exceeds it by chance < 1e-4 */
#define OVERFLOW_LIMIT    0x1p120
#define GOLDEN_RELATIVE   1e-12

enum { PLAIN, CORRELATED, AMPLIFIED, SAMPLE_KINDS };

/* Amplitudes by accuracy class.  6 u = 3 ulp where a binade begins; 2^-125 covers a sigmoid that stops falling where
 * exp underflows (beyond -87); f32-abs: activations of the form p/q + 0.5.  Weights of the other two are judged as
 * they are multiplied. */
static const ref_noise class_noise[GM_CLASSES] = {
	[GM_CLASS_F32] = {.activation = 6, .activation_abs = 0x1p-125},
	[GM_CLASS_F32_ABS] = {.activation = 6, .activation_abs = 0x1p-22},
	[GM_CLASS_BF16W] = {.activation = 6, .activation_abs = 0x1p-125},
	[GM_CLASS_INT8W] = {.activation = 6, .activation_abs = 0x1p-125},
};

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
	ref_noise noise = class_noise[accuracy_class];
	double amplified = kind == AMPLIFIED ? AMPLIFIED_FACTOR : 1;

	noise.key = sample_key(id, kind, sample);
	noise.relative = amplified * 0x1p-24; // activation is in units of it
	noise.absolute = amplified * 0x1p-150;
	noise.activation_abs *= amplified;
	noise.correlated = kind == CORRELATED;
	return noise;
}

/* ---- one run of the reference ---- */

typedef struct sampler {
	const judge_problem *problem;
	gm_class accuracy_class;
	judge_budget *budget;
	double **value; /* of ref_run, by row: inputs as double, results of the last run */
	double **sum;   /* by row: squared deviations of the kind being sampled */
	int finite;     /* no NaN or Inf among the inputs */
} sampler;

static void free_rows(double **rows, size_t count)
{
	for (size_t row = 0; rows && row < count; row++)
		free(rows[row]);
	free(rows);
}

static void sampler_close(sampler *s)
{
	free_rows(s->value, s->problem->tensors->count);
	free_rows(s->sum, s->problem->tensors->count);
}

static gm_status open_row(sampler *s, size_t row, gm_error *error)
{
	const gm_tensor *tensor = &s->problem->tensors->row[row];
	const float *given = s->problem->data[row];
	int judged = s->budget->tensor[row].want != NULL;

	if (!judged &&
	    (!given || tensor->dtype != GM_DTYPE_F32 || tensor->role == GM_ROLE_OUTPUT || tensor->role == GM_ROLE_GRAD))
		return GM_OK;
	s->value[row] = calloc(tensor->count, sizeof(double));
	if (judged)
		s->sum[row] = calloc(tensor->count, sizeof(double));
	if (!s->value[row] || (judged && !s->sum[row]))
		return gm_fail(error, GM_NO_MEMORY, "no memory for %s, %zu elements in double", tensor->name, tensor->count);
	for (size_t i = 0; !judged && i < tensor->count; i++) {
		s->value[row][i] = given[i];
		s->finite &= isfinite(given[i]) != 0;
	}
	return GM_OK;
}

static gm_status sampler_open(sampler *s, gm_error *error)
{
	size_t count = s->problem->tensors->count;

	s->finite = 1;
	s->value = calloc(count, sizeof *s->value);
	s->sum = calloc(count, sizeof *s->sum);
	if (!s->value || !s->sum)
		return gm_fail(error, GM_NO_MEMORY, "no memory for %zu tensors", count);
	for (size_t row = 0; row < count; row++)
		GM_TRY(open_row(s, row, error));
	return GM_OK;
}

static const int64_t *lengths_of(const judge_problem *problem)
{
	size_t row = gm_tensors_index(problem->tensors, GM_LENGTHS, 0, 0);

	return row == GM_NO_TENSOR ? NULL : problem->data[row];
}

static gm_status run(sampler *s, const ref_noise *noise, ref_stats *stats, gm_error *error)
{
	return ref_run(s->problem->spec, s->problem->tensors, lengths_of(s->problem), s->value, noise, stats, error);
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

/* Leaves the mean square deviations of `samples` runs of one kind in s->sum. */
static gm_status sample(sampler *s, unsigned kind, unsigned samples, gm_error *error)
{
	const gm_tensors *tensors = s->problem->tensors;

	for (size_t row = 0; row < tensors->count; row++)
		if (s->sum[row])
			memset(s->sum[row], 0, tensors->row[row].count * sizeof(double));
	for (unsigned k = 0; k < samples; k++) {
		ref_noise noise = sample_noise(s->problem->id, s->accuracy_class, kind, k);

		GM_TRY(run(s, &noise, NULL, error));
		for (size_t row = 0; row < tensors->count; row++)
			if (s->sum[row])
				add_deviations(s->sum[row], s->value[row], s->budget->tensor[row].want, tensors->row[row].count);
	}
	return GM_OK;
}

/* s of the budget becomes the larger of what it was and the root of the mean squares just sampled. */
static void widen(sampler *s, unsigned samples)
{
	for (size_t row = 0; row < s->problem->tensors->count; row++)
		for (size_t i = 0; s->sum[row] && i < s->problem->tensors->row[row].count; i++) {
			double spread = sqrt(s->sum[row][i] / samples);

			if (!(spread <= s->budget->tensor[row].scale[i]) && !isnan(s->budget->tensor[row].scale[i]))
				s->budget->tensor[row].scale[i] = spread;
		}
}

static void find_kinks(sampler *s, unsigned samples)
{
	for (size_t row = 0; row < s->problem->tensors->count; row++) {
		budget_tensor *tensor = &s->budget->tensor[row];

		for (size_t i = 0; s->sum[row] && i < s->problem->tensors->row[row].count; i++)
			s->sum[row][i] = sqrt(s->sum[row][i] / samples);
		for (size_t r = 0; s->sum[row] && r < tensor->rows; r++) {
			size_t at = r * tensor->length;
			double amplified = budget_rms(s->sum[row] + at, tensor->want + at, tensor->length);
			double plain = budget_rms(tensor->scale + at, tensor->want + at, tensor->length);

			tensor->unfit[r] = !(amplified <= AMPLIFIED_EXCESS * AMPLIFIED_FACTOR * plain);
			s->budget->facts.kink_rows += tensor->unfit[r];
		}
	}
}

static gm_status sample_all(sampler *s, gm_error *error)
{
	GM_TRY(sample(s, PLAIN, JUDGE_SAMPLES, error));
	widen(s, JUDGE_SAMPLES);
	if (s->budget->facts.coherent) {
		GM_TRY(sample(s, CORRELATED, JUDGE_SAMPLES, error));
		widen(s, JUDGE_SAMPLES);
	}
	if (s->problem->spec->problem.cell == GM_RNN_RELU && s->problem->backward) {
		GM_TRY(sample(s, AMPLIFIED, AMPLIFIED_SAMPLES, error));
		find_kinks(s, AMPLIFIED_SAMPLES);
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

	return !s->value[input] ||
	       budget_repeats(spec, lengths_of(s->problem), s->value[input], spec->problem.input_size) ||
	       budget_repeats(spec, lengths_of(s->problem), s->value[output], width);
}

static gm_status run_exact(sampler *s, gm_error *error)
{
	judge_facts *facts = &s->budget->facts;
	ref_stats stats = {0, INFINITY};

	GM_TRY(run(s, NULL, &stats, error));
	facts->max_abs = stats.max_abs;
	facts->min_kink = stats.min_kink;
	facts->overflow = stats.max_abs > OVERFLOW_LIMIT && (s->finite || isfinite(stats.max_abs));
	facts->coherent = repeats(s);
	for (size_t row = 0; row < s->problem->tensors->count; row++)
		if (s->budget->tensor[row].want)
			memcpy(s->budget->tensor[row].want, s->value[row], s->problem->tensors->row[row].count * sizeof(double));
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
	if (isnan(golden) || isnan(reference))
		return isnan(golden) && isnan(reference);
	if (isinf(golden) || isinf(reference))
		return golden == reference;
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
		locate_name(shape, i, name);
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
	GM_TRY(budget_spread_chaos(s->budget, error));
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
	sampler_close(&s);
	if (status != GM_OK)
		judge_budget_destroy(s.budget);
	else
		*budget = s.budget;
	return status;
}
